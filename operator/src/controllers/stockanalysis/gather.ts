import type {
  CredentialNumbers,
  StockAnalysis,
  StockAnalysisSpec,
  StockAnalysisStatus,
} from '../../api/index.ts';
import { postgresClaimName } from '../../naming/index.ts';
import {
  assignNumbers,
  dependsOnRetained,
  lacksNumbers,
  pinImages,
  purposesOf,
  rolloutText,
  type AllPinned,
} from '../../policies/index.ts';
import type { Target } from '../../resources/index.ts';
import { INSTANCE_INDEX, gatherChildren } from './children.ts';
import type { Pass } from './phases/phase.ts';
import { readyOf } from './status.ts';
import { ChildWriter } from './writer.ts';
import { kinds, type Dependencies, type Visit } from './types.ts';

/** Whose children are built, with the images in use. */
export function targetOf(
  object: StockAnalysis,
  spec: StockAnalysisSpec,
  pinned: AllPinned,
  operatorNamespace: string,
): Target {
  const { name, namespace, uid } = object.metadata;
  const images = {
    app: pinned.app.reference,
    postgres: pinned.postgres.reference,
    sampleData: pinned.sampleData.reference,
    aktools: pinned.aktools.reference,
  };
  return { name, namespace, uid, spec, images, operatorNamespace };
}

type PlannedFields = Pick<StockAnalysisStatus, 'rollout'> & {
  readonly credentials: CredentialNumbers;
  readonly image: AllPinned;
};

/** What must stand in status before anything is made: opt-in, images in use and numbers of generated Secrets. */
export async function plannedFields(
  object: StockAnalysis,
  spec: StockAnalysisSpec,
  dependencies: Dependencies,
  visit: Visit,
): Promise<PlannedFields> {
  const before = object.status?.rollout;
  const text = rolloutText(object.metadata.annotations, before);
  const rollout = text === undefined ? {} : { rollout: text };
  const image = pinImages(spec, object.status?.image, dependencies.images, text !== before);
  const purposes = purposesOf(spec);
  const current = object.status?.credentials;
  if (current && !lacksNumbers(purposes, current)) return { ...rollout, image, credentials: current };
  const retained = dependsOnRetained(purposes, current)
    ? await retainedNames(object, spec, dependencies, visit)
    : [];
  return { ...rollout, image, credentials: assignNumbers(object.metadata.name, purposes, current, retained) };
}

/**
 * Names of the generated Secrets that an earlier object of this name left behind. Live where its volume is there too, or
 * may be elsewhere: only the right ones open it. Without data they open nothing, and what the cache lacks is found by
 * the POST.
 */
async function retainedNames(
  object: StockAnalysis,
  spec: StockAnalysisSpec,
  { cache, leftovers }: Dependencies,
  { signal }: Visit,
): Promise<Iterable<string>> {
  const { name, namespace } = object.metadata;
  const mayHaveData =
    spec.database.mode === 'External' ||
    (await leftovers.claims(object, signal)).has(postgresClaimName(name));
  if (mayHaveData) return leftovers.credentials(object, signal);
  const cached = await cache.informer(kinds.secrets).byIndex(INSTANCE_INDEX, `${namespace}/${name}`, signal);
  return cached.map(({ metadata }) => metadata.name);
}

/** The volume is found again though its labels are lost. */
export const knownUIDs = (status: StockAnalysisStatus | undefined): ReadonlySet<string> =>
  new Set([status?.database?.claimUID].filter((uid) => uid !== undefined));

/** Everything that this spec asks for was there: what is missing now was taken away. */
function isSteady({ metadata }: StockAnalysis, status: StockAnalysisStatus): boolean {
  const ready = readyOf(status);
  return ready?.status === 'True' && ready.observedGeneration === metadata.generation;
}

/** Reads everything that a pass judges. */
export async function gather(
  object: StockAnalysis,
  status: StockAnalysisStatus,
  target: Target,
  dependencies: Dependencies,
  visit: Visit,
): Promise<Pass> {
  const children = await gatherChildren(dependencies.cache, target.namespace, target.name, visit.signal);
  const writer = new ChildWriter(dependencies.client, target, children, visit, {
    looksFirst: status.conditions?.some(({ reason }) => reason === 'Conflict') ?? false,
    isRepair: status.schema !== undefined,
    knownUIDs: knownUIDs(status),
    onRepair: (kind) => dependencies.objectMetrics.repaired(target, kind),
    isSteady: isSteady(object, status),
  });
  return { object, target, status, children, writer, dependencies, visit, warnings: [], pending: [] };
}
