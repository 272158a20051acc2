import { LABEL, MANAGED_SELECTOR } from '../../naming/index.ts';
import { endedBy, type Client, type Clock, type KubeObject, type ResourceType } from '../../kube/index.ts';
import { kinds } from './types.ts';

/** For how long one list serves the objects that were known before it began. */
const MAX_AGE_MS = 10_000;

interface FreshList {
  readonly beganAt: number;
  readonly names: Promise<ReadonlySet<string>>;
}

/**
 * What earlier objects left behind: volumes and generated Secrets. It is read live, because a new object must never be
 * given new passwords for old data, and one list serves every object that was known before the list began: whatever an
 * earlier object of its name left was there by then. So many new objects cost few requests.
 */
export class Leftovers {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #lists = new Map<string, FreshList>();
  /** When this process first heard of an object, by UID. */
  readonly #known = new Map<string, number>();

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Call it when an object is heard of; what was not announced is known from now on. */
  heardOf({ metadata }: KubeObject): number {
    const known = this.#known.get(metadata.uid) ?? this.#clock.monotonic();
    this.#known.set(metadata.uid, known);
    return known;
  }

  forget({ metadata }: KubeObject): void {
    this.#known.delete(metadata.uid);
  }

  /** Names of the volume claims of ours in the namespace of the object. */
  claims(object: KubeObject, signal: AbortSignal): Promise<ReadonlySet<string>> {
    return this.#names(kinds.claims, MANAGED_SELECTOR, object, signal);
  }

  /** Names of the generated Secrets in the namespace of the object. */
  credentials(object: KubeObject, signal: AbortSignal): Promise<ReadonlySet<string>> {
    return this.#names(kinds.secrets, `${MANAGED_SELECTOR},${LABEL.component}=credentials`, object, signal);
  }

  #names(
    type: ResourceType,
    labelSelector: string,
    object: KubeObject,
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    return endedBy(signal, this.#freshList(type, labelSelector, object));
  }

  #freshList(type: ResourceType, labelSelector: string, object: KubeObject): Promise<ReadonlySet<string>> {
    const { namespace } = object.metadata;
    const key = `${type.plural} ${namespace}`;
    const now = this.#clock.monotonic();
    const last = this.#lists.get(key);
    if (last && last.beganAt >= this.heardOf(object) && now - last.beganAt < MAX_AGE_MS) return last.names;
    // Its own deadline only: the end of the visit that asked first must not be the end of the others' list.
    const names = this.#client
      .list(type, { namespace, labelSelector, metadataOnly: true }, new AbortController().signal)
      .then(({ items }) => new Set(items.map(({ metadata }) => metadata.name)));
    const list: FreshList = { beganAt: now, names };
    this.#lists.set(key, list);
    names.catch(() => this.#lists.get(key) === list && this.#lists.delete(key));
    return names;
  }
}
