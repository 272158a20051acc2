/** What a pod refers to and what a kubelet would therefore need before it starts a container. */
import { KubeError, isNotFound, type KubeClient } from './kube-client.ts';
import type { ConfigMap, PersistentVolumeClaim, Pod, Secret, SecretSource } from './kube-objects.ts';

/** Something that a pod needs does not exist yet. `reason` is the kubelet's word for the container's waiting state. */
export class MissingDependency extends Error {
  readonly reason: 'ContainerCreating' | 'CreateContainerConfigError';
  constructor(reason: 'ContainerCreating' | 'CreateContainerConfigError', message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface MountedFiles {
  /** Contents by absolute path inside the container: `/etc/stock-analysis/database/host` and so on. */
  readonly files: ReadonlyMap<string, string>;
  /** UID of the bound claim by mount path. */
  readonly claims: ReadonlyMap<string, string>;
}

type Source = {
  readonly kind: 'secrets' | 'configmaps';
  readonly name: string;
  readonly source: SecretSource;
};

export class PodVolumes {
  readonly #client: KubeClient;
  readonly #namespace: string;

  constructor(client: KubeClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /** All files of all volumes of a pod, or a MissingDependency. */
  async mount(pod: Pod): Promise<MountedFiles> {
    await this.#requireServiceAccount(pod);
    const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    const mounts = containers.flatMap(({ volumeMounts }) => volumeMounts ?? []);
    const files = new Map<string, string>();
    const claims = new Map<string, string>();
    for (const volume of pod.spec.volumes ?? []) {
      const paths = mounts.filter(({ name }) => name === volume.name).map(({ mountPath }) => mountPath);
      const claim = volume.persistentVolumeClaim?.claimName;
      const uid = claim === undefined ? undefined : await this.#requireClaim(claim);
      const contents = await this.#contents(volume);
      for (const path of paths) {
        if (uid !== undefined) claims.set(path, uid);
        for (const [name, content] of contents) files.set(`${path}/${name}`, content);
      }
    }
    await this.#requireEnvironment(pod);
    return { files, claims };
  }

  /** Whether the scheduler would look at the pod at all. */
  async areClaimsBound(pod: Pod): Promise<boolean> {
    const names = (pod.spec.volumes ?? []).map(
      ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName,
    );
    for (const name of names.filter((candidate) => candidate !== undefined)) {
      const claim = await this.#claim(name);
      if (claim?.status?.phase !== 'Bound') return false;
    }
    return true;
  }

  /** From the API server's cache, as a kubelet reads: what the operator has seen stands there too, and etcd is not asked. */
  #path(resource: string, name: string): string {
    return `/api/v1/namespaces/${this.#namespace}/${resource}/${name}?resourceVersion=0`;
  }

  #claim(name: string): Promise<PersistentVolumeClaim | undefined> {
    return this.#client.find(this.#path('persistentvolumeclaims', name));
  }

  async #contents(volume: NonNullable<Pod['spec']['volumes']>[number]): Promise<[string, string][]> {
    const all: [string, string][] = [];
    for (const source of sourcesOf(volume)) all.push(...(await this.#read(volume.name, source)));
    return all;
  }

  async #read(volume: string, { kind, name, source }: Source): Promise<[string, string][]> {
    const object = await this.#find(kind, name);
    if (object === undefined) {
      if (source.optional === true) return [];
      throw new MissingDependency(
        'ContainerCreating',
        `MountVolume.SetUp failed for volume "${volume}": ${kind} "${name}" not found`,
      );
    }
    const decode = (value: string): string =>
      kind === 'secrets' ? Buffer.from(value, 'base64').toString('utf8') : value;
    const data = Object.entries(object.data ?? {}).map(([key, value]): [string, string] => [
      key,
      decode(value),
    ]);
    if (source.items === undefined) return data;
    return source.items.map(({ key, path }) => {
      const entry = data.find(([candidate]) => candidate === key);
      if (entry) return [path, entry[1]];
      throw new MissingDependency(
        'ContainerCreating',
        `volume "${volume}": ${kind} "${name}" has no key "${key}"`,
      );
    });
  }

  async #requireClaim(name: string): Promise<string> {
    const claim = await this.#claim(name);
    if (claim?.status?.phase !== 'Bound') {
      throw new MissingDependency(
        'ContainerCreating',
        `persistentvolumeclaim "${name}" ${claim ? 'is not bound' : 'not found'}`,
      );
    }
    return claim.metadata.uid ?? '';
  }

  async #requireServiceAccount(pod: Pod): Promise<void> {
    const name = pod.spec.serviceAccountName ?? 'default';
    if ((await this.#client.find(this.#path('serviceaccounts', name))) === undefined) {
      throw new MissingDependency('ContainerCreating', `serviceaccount "${name}" not found`);
    }
  }

  async #requireEnvironment(pod: Pod): Promise<void> {
    const variables = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].flatMap(
      ({ env }) => env ?? [],
    );
    for (const { valueFrom } of variables) {
      for (const [kind, reference] of [
        ['secrets', valueFrom?.secretKeyRef],
        ['configmaps', valueFrom?.configMapKeyRef],
      ] as const) {
        if (reference === undefined || reference.optional === true) continue;
        const object = await this.#find(kind, reference.name);
        if (object?.data?.[reference.key] === undefined) {
          throw new MissingDependency(
            'CreateContainerConfigError',
            `couldn't find key ${reference.key} in ${kind} "${reference.name}"`,
          );
        }
      }
    }
  }

  async #find(kind: Source['kind'], name: string): Promise<Secret | ConfigMap | undefined> {
    try {
      return await this.#client.get(this.#path(kind, name));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error instanceof KubeError ? error : new Error(`cannot read ${kind} "${name}"`, { cause: error });
    }
  }
}

function sourcesOf(volume: NonNullable<Pod['spec']['volumes']>[number]): readonly Source[] {
  const { secret: own, configMap: ownMap, projected } = volume;
  const direct = { ...(own ? { secret: own } : {}), ...(ownMap ? { configMap: ownMap } : {}) };
  const list = [direct, ...(projected?.sources ?? [])];
  const secrets = list.flatMap(({ secret }) => secret ?? []).map((source) => sourceOf('secrets', source));
  const configMaps = list
    .flatMap(({ configMap }) => configMap ?? [])
    .map((source) => sourceOf('configmaps', source));
  return [...secrets, ...configMaps];
}

const sourceOf = (kind: Source['kind'], source: SecretSource): Source => ({
  kind,
  name: source.secretName ?? source.name ?? '',
  source,
});
