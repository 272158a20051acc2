import { ANNOTATION, FIELD_MANAGER, KIND, LABEL } from '../../naming/index.ts';
import {
  ApiError,
  fileCreationUnderApply,
  type Client,
  type KubeObject,
  type ResourceType,
} from '../../kube/index.ts';
import { apiFinding, controllerOf, leftAlone, ownershipOf, type Owner } from '../../policies/index.ts';
import type { Manifest } from '../../resources/index.ts';
import { ChildError, OwnerGoneError } from './child-errors.ts';
import type { Children } from './children.ts';
import { difference, isDrift, withAnnotation, withHash } from './desired.ts';
import { hasStrangePort, portsOf } from './service-ports.ts';
import { stockAnalyses, type Visit } from './types.ts';

interface WriterOptions {
  /**
   * Where a name is known to be taken: it is read again and again until it is free, which costs nothing; a POST that is
   * refused again and again would be seen by every admission rule of the cluster.
   */
  readonly looksFirst?: boolean;
  /**
   * Where everything was made before: what is missing may be missing because the object is gone, so the API server is
   * asked before anything is made anew.
   */
  readonly isRepair?: boolean;
  /** Told of every child that was put back; what a newer operator wants otherwise is none. */
  readonly onRepair?: (kind: string) => void;
  /** Nothing is new to the object, so what has to be made was there before. */
  readonly isSteady?: boolean;
  /** UIDs that status remembers: objects of ours, whatever has become of their labels. */
  readonly knownUIDs?: ReadonlySet<string>;
}

/**
 * Reads and writes the children of one object. Nothing that belongs to somebody else is ever written: server-side
 * apply would take a foreign object over, so a name that the cache does not hold is created by POST, which the API
 * server refuses where the name is taken.
 */
export class ChildWriter {
  readonly #client: Client;
  readonly #owner: Owner & { readonly namespace: string };
  readonly #children: Children;
  readonly #visit: Visit;
  readonly #options: WriterOptions;
  #ownerSeen: Promise<void> | undefined;
  /** Kinds that the Role does not let this operator create, with what the API server said. */
  readonly #notPermitted = new Map<string, ApiError>();

  constructor(
    client: Client,
    owner: { name: string; namespace: string; uid: string },
    children: Children,
    visit: Visit,
    options: WriterOptions = {},
  ) {
    this.#options = options;
    this.#client = client;
    this.#owner = { ...owner, kind: KIND };
    this.#children = children;
    this.#visit = visit;
  }

  /**
   * The child of this name, undefined where there is none: where the cache holds none, the API server was asked.
   * @throws ChildError where the name is taken
   */
  async find<T extends KubeObject>(type: ResourceType<T>, name: string): Promise<T | undefined> {
    if (this.#children.get(type, name) === undefined) await this.#lookUp(type, name);
    return this.peek(type, name);
  }

  /**
   * The child of this name as far as this pass knows. Undefined does not mean that there is none: what follows may
   * only be a POST.
   * @throws ChildError where the name is taken
   */
  peek<T extends KubeObject>(type: ResourceType<T>, name: string): T | undefined {
    const live = this.#children.get(type, name) ?? undefined;
    if (live === undefined) return undefined;
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
        if (this.#options.knownUIDs?.has(live.metadata.uid) && !controllerOf(live)) return live;
        throw new ChildError({ reason: 'Conflict', message: this.#conflict(where, live) });
      default:
        throw new Error('unreachable');
    }
  }

  /** Nobody shall delete their own data because a label was lost. */
  #conflict(where: string, live: KubeObject): string {
    const said = leftAlone(where, live);
    return controllerOf(live)
      ? said
      : `${said}; if it is this object's own, give it back its label: ${LABEL.instance}=${this.#owner.name}`;
  }

  async #lookUp(type: ResourceType, name: string): Promise<void> {
    const live = await this.#client.get(type, { namespace: this.#owner.namespace, name }, this.#visit.signal);
    this.#children.put(type, name, live ?? null);
    this.#ownerSeen = undefined;
  }

  /** Whether an object that was found by its labels is ours to change. */
  owns(live: KubeObject): boolean {
    const ownership = ownershipOf(live, this.#owner);
    return ownership === 'ours' || ownership === 'adoptable';
  }

  /** POST where there is none, server-side apply where something differs, the live object otherwise. */
  async ensure<T extends KubeObject>(type: ResourceType<T>, manifest: Manifest): Promise<T> {
    return this.ensureAfter(type, manifest.metadata.name, async () => manifest);
  }

  /** As `ensure`, for a manifest that depends on the live object, which a POST may be the first to find. */
  async ensureAfter<T extends KubeObject>(
    type: ResourceType<T>,
    name: string,
    manifestFor: (live: T | undefined) => Promise<Manifest>,
  ): Promise<T> {
    const live = this.#options.looksFirst ? await this.find(type, name) : this.peek(type, name);
    const desired = withHash(await manifestFor(live));
    if (!live) {
      const marked = withAnnotation(desired, ANNOTATION.created, 'true');
      const existing = await this.#createOrFind(type, marked);
      if (existing.made && this.#wasThere(desired)) this.#options.onRepair?.(type.kind);
      return existing.made ? existing.object : this.ensureAfter(type, name, manifestFor);
    }
    const why = difference(desired, live);
    if (why === undefined) return live;
    if (live.metadata.deletionTimestamp !== undefined) throw beingDeleted(type, live);
    // An orphaning deletion takes owner references off; one put back would have the garbage collector take the child.
    if (desired.metadata.ownerReferences && !controllerOf(live)) await this.#seeOwner();
    if (hasStrangePort(desired, live)) await this.#resetPorts(type, desired, live);
    if (live.metadata.annotations?.[ANNOTATION.created] !== undefined) await this.#takeOver(type, live);
    const written = await this.#write(type, desired, `apply, ${why}`, () =>
      this.#client.apply(type, desired, { uid: live.metadata.uid }, this.#visit.signal),
    );
    if (isDrift(why)) this.#options.onRepair?.(type.kind);
    return written;
  }

  /** What is named by its content is made whenever that is another one. */
  #wasThere({ metadata }: Manifest): boolean {
    return this.#options.isSteady === true && metadata.labels[LABEL.family] === undefined;
  }

  /** Before the first apply on what a POST made; the mark of the POST then goes with that apply. */
  async #takeOver(type: ResourceType, { metadata: { name } }: KubeObject): Promise<void> {
    this.#visit.assertLeader();
    const ref = { namespace: this.#owner.namespace, name };
    await fileCreationUnderApply(this.#client, type, ref, FIELD_MANAGER, this.#visit.signal);
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

  /** Sets the number of replicas and nothing else; the next `ensure` sets it back to the manifest's. */
  async scale(type: ResourceType, live: KubeObject, replicas: number): Promise<void> {
    const { name, uid } = live.metadata;
    const operations = [
      { op: 'test', path: '/metadata/uid', value: uid },
      { op: 'replace', path: '/spec/replicas', value: replicas },
    ] as const;
    await this.#write(type, live, `scale to ${replicas}`, () =>
      this.#client.jsonPatch(
        type,
        { namespace: this.#owner.namespace, name },
        operations,
        {},
        this.#visit.signal,
      ),
    );
  }

  /** Creates what is absent and never changes what exists: for Jobs, whose template is immutable. */
  async ensureExists<T extends KubeObject>(type: ResourceType<T>, manifest: Manifest): Promise<T> {
    return this.peek(type, manifest.metadata.name) ?? this.create(type, withHash(manifest));
  }

  /**
   * POST, which never overwrites. A name that turns out to be taken is looked up: a repeat of our own create finds its
   * own object.
   */
  async create<T extends KubeObject>(type: ResourceType<T>, manifest: Manifest): Promise<T> {
    return (await this.#createOrFind(type, manifest)).object;
  }

  async #createOrFind<T extends KubeObject>(
    type: ResourceType<T>,
    manifest: Manifest,
  ): Promise<{ readonly object: T; readonly made: boolean }> {
    // A right that is missing for one is missing for all of the kind: one question in a visit is enough.
    const refused = this.#notPermitted.get(type.kind);
    if (refused !== undefined) throw meaningOf(type, manifest.metadata.name, refused);
    if (this.#options.isRepair) await this.#seeOwner();
    try {
      const object = await this.#write(type, manifest, 'create', () =>
        this.#client.create(type, manifest, {}, this.#visit.signal),
      );
      return { object, made: true };
    } catch (error) {
      if (error instanceof ChildError && error.finding.reason === 'OperatorNotPermitted')
        if (error.cause instanceof ApiError) this.#notPermitted.set(type.kind, error.cause);
      if (!(error instanceof ApiError && error.isAlreadyExists)) throw error;
      await this.#lookUp(type, manifest.metadata.name);
      const object = this.peek(type, manifest.metadata.name);
      // Gone again between the two requests: the next visit sees clearer.
      if (!object) throw error;
      return { object, made: false };
    }
  }

  /** Once for all children that were read before: what the end of the object has done to them shows in it, too. */
  #seeOwner(): Promise<void> {
    this.#ownerSeen ??= this.#lookAtOwner();
    return this.#ownerSeen;
  }

  /** @throws OwnerGoneError where it is gone, or on its way out */
  async #lookAtOwner(): Promise<void> {
    const { namespace, name, uid } = this.#owner;
    const { signal } = this.#visit;
    const live = await this.#client.get(stockAnalyses, { namespace, name }, signal, { metadataOnly: true });
    if (live?.metadata.uid !== uid || live.metadata.deletionTimestamp !== undefined)
      throw new OwnerGoneError(`${namespace}/${name}`);
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
    manifest: { readonly metadata: { readonly name: string } },
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
      throw error instanceof ApiError ? meaningOf(type, name, error) : error;
    }
  }
}

function beingDeleted(type: ResourceType, live: KubeObject): ChildError {
  const message = `${type.kind} ${live.metadata.name} is being deleted; it is made anew when it is gone`;
  return new ChildError({ reason: 'WaitingForDeletion', message });
}

/** What a refused write of a child means for the object; the refusal itself where it only wants a retry. */
function meaningOf(type: ResourceType, name: string, error: ApiError): Error {
  const { status, reason, serverMessage: message } = error;
  const finding = apiFinding(`${type.kind} ${name}`, { status, reason, message });
  return finding === undefined ? error : new ChildError(finding, { cause: error });
}
