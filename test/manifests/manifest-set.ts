/** Objects that would stand together in one cluster, as files that a scanner can read. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { stringify } from 'yaml';
import type { RenderedObject } from '../support/chart.ts';

export interface ManifestSet {
  /** `chart-defaults`, `live-external`: a name of a folder. */
  readonly name: string;
  readonly objects: readonly RenderedObject[];
}

/** A scanner prints what it finds, and a failure is kept: no value of a Secret reaches a file. */
function withoutValues(object: RenderedObject): RenderedObject {
  if (object.kind !== 'Secret') return object;
  const { data, stringData: _, ...rest } = object;
  const names = typeof data === 'object' && data !== null ? Object.keys(data) : [];
  return { ...rest, data: Object.fromEntries(names.map((name) => [name, 'AA=='])) };
}

/** `SET/NAMESPACE/KIND.NAME.yaml`: with one object per file every finding can be traced to its object. */
function pathOf(set: ManifestSet, { kind, metadata }: RenderedObject): string {
  return join(set.name, metadata.namespace ?? '-', `${kind}.${metadata.name}.yaml`);
}

/** Writes the objects below `folder`. */
export function writeManifests(folder: string, sets: readonly ManifestSet[]): void {
  for (const set of sets) {
    for (const object of set.objects) {
      const file = join(folder, pathOf(set, object));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, stringify(withoutValues(object), { aliasDuplicateObjects: false }));
    }
  }
}

/** `SET/KIND/NAME` of the object in a file that {@link writeManifests} has written; `file` is relative to its folder. */
export function objectIn(file: string): string {
  const [set, , base] = file.split(sep).filter((part) => part !== '');
  const [, kind, name] = /^([^.]+)\.(.+)\.yaml$/.exec(base ?? '') ?? [];
  if (!set || !kind || !name)
    throw new Error(`a scanner names the file ${file}, which holds none of our objects`);
  return `${set}/${kind}/${name}`;
}

/** Whether pods come of an object of this kind. */
export const isWorkload = ({ kind }: RenderedObject): boolean =>
  ['Deployment', 'StatefulSet', 'Job'].includes(kind);
