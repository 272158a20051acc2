import { LABEL } from '../naming/index.ts';
import type { LiveJob, LiveObject, LiveVolume } from './live.ts';
import { isFinished } from './migration.ts';

const KEEP = 2;

/** Newest first; equal times fall back to the name, so that the choice never flickers. */
function newestFirst(a: LiveObject, b: LiveObject): number {
  const [timeA, timeB] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (timeA !== timeB) return timeA < timeB ? 1 : -1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/**
 * Content-addressed objects that nothing needs: not desired, not mounted by any live pod or template, and older than
 * the newest two of their family.
 */
export function obsoleteContent<T extends LiveObject>(
  objects: readonly T[],
  desired: ReadonlySet<string>,
  mounted: ReadonlySet<string>,
): T[] {
  const families = Map.groupBy(
    objects.filter((object) => object.metadata.labels?.[LABEL.family] !== undefined),
    (object) => object.metadata.labels?.[LABEL.family],
  );
  return [...families.values()].flatMap((family) => {
    const wanted = family.filter(({ metadata }) => desired.has(metadata.name)).length;
    const spare = family
      .filter(({ metadata }) => !desired.has(metadata.name))
      .sort(newestFirst)
      .slice(Math.max(0, KEEP - wanted));
    return spare.filter(({ metadata }) => !mounted.has(metadata.name));
  });
}

/** Finished migrate Jobs beyond the newest two. */
export function obsoleteJobs<T extends LiveJob>(jobs: readonly T[], current: string | undefined): T[] {
  const rest = jobs.filter((job) => isFinished(job) && job.metadata.name !== current).sort(newestFirst);
  return rest.slice(current === undefined ? KEEP : KEEP - 1);
}

/** A ConfigMap or Secret that a volume shows. */
export interface Mounted {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
}

/** The ConfigMaps and Secrets that these pods or pod templates mount, one by one or several in one volume. */
export function mountedContent(volumes: readonly LiveVolume[]): Mounted[] {
  return volumes.flatMap(({ secret, configMap, projected }) => {
    const sources = projected?.sources ?? [];
    const secrets = [secret?.secretName, ...sources.map((source) => source.secret?.name)];
    const maps = [configMap?.name, ...sources.map((source) => source.configMap?.name)];
    return [...mounted('Secret', secrets), ...mounted('ConfigMap', maps)];
  });
}

const mounted = (kind: Mounted['kind'], names: readonly (string | undefined)[]): Mounted[] =>
  names.filter((name) => name !== undefined).map((name) => ({ kind, name }));

/** Their names. */
export function mountedNames(volumes: readonly LiveVolume[]): string[] {
  return mountedContent(volumes).map(({ name }) => name);
}
