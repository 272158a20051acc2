import type { StockAnalysis } from '../../api/index.ts';
import {
  endedBy,
  hasReached,
  isRecord,
  keyOf,
  type Cache,
  type Client,
  type Informer,
  type KubeObject,
  type ObjectRef,
  type Secret,
} from '../../kube/index.ts';
import { LABEL, MANAGED_BY } from '../../naming/index.ts';
import { kinds } from './types.ts';

/** `kubectl apply` repeats a Secret in an annotation; with few to a page what is dropped at once is never much. */
const PAGE_SIZE = 50;

/** Index of the objects by the Secrets of others that they name. */
export const EXTERNAL_SECRET_INDEX = 'external-secret';

/** Where a spec names Secrets of others. */
const REFERENCES = [
  ['database', 'external', 'secretRef', 'name'],
  ['monitoring', 'notifications', 'email', 'secretRef', 'name'],
  ['monitoring', 'notifications', 'webhook', 'secretRef', 'name'],
  ['monitoring', 'tracing', 'headersSecretRef', 'name'],
] as const;

const valueAt = (spec: unknown, path: readonly string[]): unknown =>
  path.reduce((value, member) => (isRecord(value) ? value[member] : undefined), spec);

/** `namespace/name` of the Secrets that the object names. The spec may be any that some CRD lets through. */
export function externalSecretKeys({ metadata: { namespace }, spec }: StockAnalysis): readonly string[] {
  const names = REFERENCES.map((path) => valueAt(spec, path)).filter((name) => typeof name === 'string');
  return [...new Set(names)].map((name) => keyOf({ namespace, name }));
}

/**
 * Secrets of external databases, notifications and traces. They carry no label of ours, so the cache of our own Secrets does not
 * hold them. Of the Secrets of others only the versions are watched, and the one that an object names is read when its
 * version is new: a steady object costs no read, and a new password is seen at once. The watch begins with the first object
 * that names one.
 */
export class ExternalSecrets {
  readonly #client: Client;
  readonly #cache: Cache;
  readonly #secrets = new Map<string, Secret>();
  #changed: (ref: ObjectRef) => void = () => undefined;
  #versions: Informer<Secret> | undefined;

  constructor(client: Client, cache: Cache) {
    this.#client = client;
    this.#cache = cache;
  }

  /** Calls for every Secret of others that is made, changed or deleted once the watch runs. */
  onChange(listener: (ref: ObjectRef) => void): void {
    this.#changed = listener;
  }

  /** Undefined where there is none, by the word of the API server. */
  async read(ref: ObjectRef, signal: AbortSignal): Promise<Secret | undefined> {
    const versions = (this.#versions ??= this.#watch());
    await endedBy(signal, versions.synced);
    const key = keyOf(ref);
    const seen = versions.peek(ref);
    const known = this.#secrets.get(key);
    if (known && seen && isAsNew(known, seen)) return known;
    const secret = await this.#client.get(kinds.secrets, ref, signal);
    if (secret) this.#secrets.set(key, secret);
    else this.#secrets.delete(key);
    return secret;
  }

  /** Drops what nobody names any more: a visit may still put back what it had asked for. */
  forgetUnnamed(isNamed: (key: string) => boolean): void {
    for (const key of this.#secrets.keys()) if (!isNamed(key)) this.#secrets.delete(key);
  }

  #watch(): Informer<Secret> {
    const versions = this.#cache.view('of others', kinds.secrets, {
      labelSelector: `${LABEL.managedBy}!=${MANAGED_BY}`,
      metadataOnly: true,
      pageSize: PAGE_SIZE,
      transform: versionOf,
    });
    const tell = (object: KubeObject): void => {
      const known = this.#secrets.get(keyOf(object.metadata));
      if (!known || !isAsNew(known, object)) this.#changed(object.metadata);
    };
    versions.addHandler({
      // What the first list holds is read by the visits that wait for it.
      onAdd: (object, isInInitialList) => {
        if (!isInInitialList) tell(object);
      },
      onUpdate: (_, object) => tell(object),
      onDelete: (object) => {
        this.#secrets.delete(keyOf(object.metadata));
        tell(object);
      },
    });
    return versions;
  }
}

const versionOf = ({ apiVersion, kind, metadata }: Secret): Secret => {
  const { name, namespace, uid, resourceVersion } = metadata;
  return { apiVersion, kind, metadata: { name, uid, resourceVersion, ...(namespace ? { namespace } : {}) } };
};

/** Whether what was read is the same Secret in the version that the watch has seen, or in a later one. */
const isAsNew = (read: KubeObject, seen: KubeObject): boolean =>
  read.metadata.uid === seen.metadata.uid &&
  hasReached(read.metadata.resourceVersion, seen.metadata.resourceVersion);
