import { instanceOf } from '../../naming/index.ts';
import type { Cache, KubeObject, ResourceType } from '../../kube/index.ts';
import type { LivePod } from '../../policies/index.ts';
import { CHILD_TYPES, monitoringKinds, pods as podType } from './types.ts';

/** Index of the caches: all children of one object. */
export const INSTANCE_INDEX = 'instance';

/** `namespace/instance` of an object of ours. */
export function instanceKeys(object: KubeObject): readonly string[] {
  const instance = instanceOf(object.metadata.labels);
  return instance === undefined ? [] : [`${object.metadata.namespace}/${instance}`];
}

/**
 * The children of one object as this pass sees them. Filled once from the caches; what is looked up live or written
 * during the pass is put in, so that later phases judge the newest state. `null` stands for "looked up live: absent".
 */
export class Children {
  readonly #byType = new Map<string, Map<string, KubeObject | null>>();
  readonly pods: readonly LivePod[];

  constructor(pods: readonly LivePod[]) {
    this.pods = pods;
  }

  /** Undefined: neither cached nor looked up yet. Null: known to be absent. */
  get<T extends KubeObject>(type: ResourceType<T>, name: string): T | null | undefined {
    // What is stored under a type came from that type.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return this.#byType.get(type.plural)?.get(name) as T | null | undefined;
  }

  put<T extends KubeObject>(type: ResourceType<T>, name: string, object: T | null): void {
    const ofType = this.#byType.get(type.plural) ?? new Map<string, KubeObject | null>();
    this.#byType.set(type.plural, ofType.set(name, object));
  }

  all<T extends KubeObject>(type: ResourceType<T>): T[] {
    const objects = [...(this.#byType.get(type.plural)?.values() ?? [])];
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return objects.filter((object) => object !== null) as T[];
  }

  podsOf(labels: Readonly<Record<string, string>>): LivePod[] {
    return this.pods.filter((pod) =>
      Object.entries(labels).every(([key, value]) => pod.metadata.labels?.[key] === value),
    );
  }
}

/** Reads all children of `namespace/name` from the caches, each after our own writes to its kind have arrived. */
export async function gatherChildren(
  cache: Cache,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Children> {
  const key = `${namespace}/${name}`;
  const children = new Children(await cache.informer(podType).byIndex(INSTANCE_INDEX, key, signal));
  const informers = [
    ...CHILD_TYPES.map((type: ResourceType) => cache.informer(type)),
    // None while the cluster does not serve the kind; then there are no children of it either.
    ...Object.values(monitoringKinds).flatMap((type) => cache.find(type) ?? []),
  ];
  await Promise.all(
    informers.map(async (informer) => {
      const objects = await informer.byIndex(INSTANCE_INDEX, key, signal);
      for (const object of objects) children.put(informer.type, object.metadata.name, object);
    }),
  );
  return children;
}
