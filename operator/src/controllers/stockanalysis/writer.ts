import { ANNOTATION, KIND, contentHash } from '../../naming/index.ts';
import { ApiError, type Client, type KubeObject, type ResourceType } from '../../kube/index.ts';
import {
  apiFinding,
  describeForeign,
  firstDrift,
  ownershipOf,
  type Finding,
  type Owner,
} from '../../policies/index.ts';
import type { Manifest } from '../../resources/index.ts';
import type { Children } from './children.ts';
import { hasStrangePort, portsOf } from './service-ports.ts';
import type { Visit } from './types.ts';

/** A child that cannot be brought to its desired state now, and why. It stops its phase, not the whole visit. */
export class ChildError extends Error {
  readonly finding: Finding;

  constructor(finding: Finding, options?: ErrorOptions) {
    super(finding.message, options);
    this.name = 'ChildError';
    this.finding = finding;
  }
}

/**
 * Reads and writes the children of one object. Nothing that belongs to somebody else is ever written: a name that the
 * cache does not hold is looked up live first, because server-side apply would take a foreign object over.
 */
export class ChildWriter {
  readonly #client: Client;
  readonly #owner: Owner & { readonly namespace: string };
  readonly #children: Children;
  readonly #visit: Visit;

  constructor(
    client: Client,
    owner: { name: string; namespace: string; uid: string },
    children: Children,
    visit: Visit,
  ) {
    this.#client = client;
    this.#owner = { ...owner, kind: KIND };
    this.#children = children;
    this.#visit = visit;
  }

  /** The child of this name, undefined where there is none. Throws ChildError where the name is taken. */
  async find<T extends KubeObject>(type: ResourceType<T>, name: string): Promise<T | undefined> {
    const known = this.#children.get(type, name);
    const live = known === undefined ? await this.#lookUp(type, name) : known;
    if (live === null) return undefined;
    const where = `${type.kind} ${name}`;
    switch (ownershipOf(live, this.#owner)) {
      case 'ours':
      case 'adoptable':
        return live;
      case 'earlier':
        throw new ChildError({
          reason: 'WaitingForDeletion',
          message: `${where} belongs to an earlier StockAnalysis of this name; waits until it is deleted`,
        });
      case 'foreign':
        throw new ChildError({
          reason: 'Conflict',
          message: `${where} exists and is left alone: ${describeForeign(live)}. Rename or delete it`,
        });
      default:
        throw new Error('unreachable');
    }
  }

  async #lookUp<T extends KubeObject>(type: ResourceType<T>, name: string): Promise<T | null> {
    const live = await this.#client.get(type, { namespace: this.#owner.namespace, name }, this.#visit.signal);
    this.#children.put(type, name, live ?? null);
    return live ?? null;
  }

  /** Server-side apply where something differs; the live object otherwise. */
  async ensure<T extends KubeObject>(type: ResourceType<T>, manifest: Manifest): Promise<T> {
    const live = await this.find(type, manifest.metadata.name);
    const desired = withHash(manifest);
    const why = live ? difference(desired, live) : 'absent';
    if (live && why === undefined) return live;
    if (live?.metadata.deletionTimestamp !== undefined) throw beingDeleted(type, live);
    if (live && hasStrangePort(desired, live)) await this.#resetPorts(type, desired, live);
    return this.#write(type, desired, `apply, ${why}`, () =>
      this.#client.apply(type, desired, { uid: live?.metadata.uid }, this.#visit.signal),
    );
  }

  async #resetPorts(type: ResourceType, desired: Manifest, live: KubeObject): Promise<void> {
    const ref = { namespace: this.#owner.namespace, name: live.metadata.name };
    const operations = [
      { op: 'test', path: '/metadata/uid', value: live.metadata.uid },
      { op: 'replace', path: '/spec/ports', value: portsOf(desired) },
    ] as const;
    await this.#write(type, desired, 'reset ports', () =>
      this.#client.jsonPatch(type, ref, operations, {}, this.#visit.signal),
    );
  }

  /** Creates what is absent and never changes what exists: for Jobs, whose template is immutable. */
  async ensureExists<T extends KubeObject>(type: ResourceType<T>, manifest: Manifest): Promise<T> {
    const live = await this.find(type, manifest.metadata.name);
    return live ?? this.ensure(type, manifest);
  }

  /**
   * POST, which never overwrites. A name that turns out to be taken is looked up: a repeat of our own create finds its
   * own object.
   */
  async create<T extends KubeObject>(type: ResourceType<T>, manifest: Manifest): Promise<T> {
    try {
      return await this.#write(type, manifest, 'create', () =>
        this.#client.create(type, manifest, {}, this.#visit.signal),
      );
    } catch (error) {
      if (!(error instanceof ApiError && error.isAlreadyExists)) throw error;
      await this.#lookUp(type, manifest.metadata.name);
      const live = await this.find(type, manifest.metadata.name);
      if (live) return live;
      throw error;
    }
  }

  /** Deletes exactly the object that was seen: by UID, and by resourceVersion where its state was the reason. */
  async remove(
    type: ResourceType,
    live: { metadata: { name: string; uid: string } },
    resourceVersion?: string,
  ): Promise<void> {
    const { name, uid } = live.metadata;
    this.#visit.assertLeader();
    this.#visit.log.info({ kind: type.kind, child: name }, 'delete child');
    const ref = { namespace: this.#owner.namespace, name };
    await this.#client.delete(
      type,
      ref,
      { uid, resourceVersion, propagationPolicy: 'Background' },
      this.#visit.signal,
    );
    this.#children.put(type, name, null);
  }

  async #write<T extends KubeObject>(
    type: ResourceType<T>,
    manifest: Manifest,
    what: string,
    write: () => Promise<T>,
  ): Promise<T> {
    const { name } = manifest.metadata;
    this.#visit.assertLeader();
    this.#visit.log.info({ kind: type.kind, child: name, what }, 'write child');
    try {
      const written = await write();
      this.#children.put(type, name, written);
      return written;
    } catch (error) {
      const finding =
        error instanceof ApiError
          ? apiFinding(`${type.kind} ${name}`, {
              status: error.status,
              reason: error.reason,
              message: error.serverMessage,
            })
          : undefined;
      throw finding ? new ChildError(finding, { cause: error }) : error;
    }
  }
}

function beingDeleted(type: ResourceType, live: KubeObject): ChildError {
  const message = `${type.kind} ${live.metadata.name} is being deleted; it is made anew when it is gone`;
  return new ChildError({ reason: 'WaitingForDeletion', message });
}

/** The manifest with the hash of itself in an annotation. */
export function withHash(manifest: Manifest): Manifest {
  const annotations = { ...manifest.metadata.annotations, [ANNOTATION.appliedHash]: contentHash(manifest) };
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}

/**
 * Why a live object has to be written, undefined where it need not be. The hash finds what we no longer want, the
 * comparison what somebody else changed; both are needed, and neither looks at fields that are not ours.
 */
function difference(desired: Manifest, live: KubeObject): string | undefined {
  const hash = live.metadata.annotations?.[ANNOTATION.appliedHash];
  if (hash !== desired.metadata.annotations?.[ANNOTATION.appliedHash]) return 'desired state changed';
  const drift = firstDrift(desired, live);
  return drift === undefined ? undefined : `drift at ${drift}`;
}
