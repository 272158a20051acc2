import type {
  AcceptedWrite,
  ApplyOptions,
  ClientOptions,
  DeleteOptions,
  DeleteResult,
  GetOptions,
  JsonPatchOperation,
  PatchOptions,
  ServerVersion,
  WriteOptions,
} from './client-options.ts';
import { ApiError } from './errors.ts';
import { listAll, type ListOptions } from './list.ts';
import { apiVersionOf, collectionPath, objectPath, type ResourceType } from './resources.ts';
import type { ApiRequest, Query, Transport } from './transport.ts';
import { refOf, type KubeList, type KubeObject, type Manifest, type ObjectRef } from './types.ts';
import {
  APPLY_PATCH,
  asObject,
  isRecord,
  JSON_PATCH,
  MERGE_PATCH,
  METADATA_ONLY,
  outcomeOfDelete,
} from './wire.ts';

/**
 * Raw JSON both ways. Every method throws ApiError, TransportError, or the signal's reason.
 * A deadline of 30 s (lists: 60 s a page) holds on every call, whatever the signal does.
 */
export class Client {
  readonly transport: Transport;
  readonly #fieldManager: string;
  readonly #listeners = new Set<(write: AcceptedWrite) => void>();

  constructor(transport: Transport, options: ClientOptions) {
    this.transport = transport;
    this.#fieldManager = options.fieldManager;
  }

  /** Undefined when there is none. */
  async get<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    signal: AbortSignal,
    options: GetOptions = {},
  ): Promise<T | undefined> {
    const path = objectPath(type, ref);
    const accept = options.metadataOnly ? { accept: METADATA_ONLY } : {};
    const answer = await orAbsent(this.transport.request({ method: 'GET', path, ...accept }, signal));
    return answer === undefined ? undefined : asObject(type, answer, `GET ${path}`);
  }

  /** All pages. A continue token that expires half-way restarts the list once, unpaged. */
  list<T extends KubeObject>(
    type: ResourceType<T>,
    options: ListOptions,
    signal: AbortSignal,
  ): Promise<KubeList<T>> {
    return listAll(this.transport, type, options, signal);
  }

  /** POST. Throws ApiError.isAlreadyExists when there is one of that name. */
  async create<T extends KubeObject>(
    type: ResourceType<T>,
    manifest: Manifest,
    options: WriteOptions,
    signal: AbortSignal,
  ): Promise<T> {
    const { namespace, name } = manifest.metadata;
    if (type.namespaced && !namespace) throw new Error(`${type.kind} ${name}: the namespace is missing`);
    const path = collectionPath(type, namespace);
    const query = this.#query(options, 'Strict');
    return this.#write(type, { method: 'POST', path, query, body: typed(type, manifest) }, options, signal);
  }

  /** Server-side apply: the body holds exactly the fields we own and is sent as it is. Creates when absent. */
  apply<T extends KubeObject>(
    type: ResourceType<T>,
    manifest: Manifest,
    options: ApplyOptions,
    signal: AbortSignal,
  ): Promise<T> {
    return this.#apply(type, undefined, manifest, options, signal);
  }

  /** Server-side apply of `/status`. */
  applyStatus<T extends KubeObject>(
    type: ResourceType<T>,
    manifest: Manifest & { readonly status: unknown },
    options: ApplyOptions,
    signal: AbortSignal,
  ): Promise<T> {
    return this.#apply(type, 'status', manifest, options, signal);
  }

  /** PUT with metadata.resourceVersion, for kinds with one writer such as Lease. */
  replace<T extends KubeObject>(
    type: ResourceType<T>,
    manifest: Manifest,
    options: WriteOptions,
    signal: AbortSignal,
  ): Promise<T> {
    const path = objectPath(type, manifest.metadata);
    const query = this.#query(options, 'Strict');
    return this.#write(type, { method: 'PUT', path, query, body: typed(type, manifest) }, options, signal);
  }

  /** Throws ApiError.isConflict where a `test` operation fails. */
  async jsonPatch<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    options: PatchOptions,
    signal: AbortSignal,
  ): Promise<T> {
    try {
      return await this.#patch(type, ref, JSON_PATCH, operations, options, signal);
    } catch (error) {
      const tests = operations.some(({ op }) => op === 'test');
      throw tests && error instanceof ApiError ? asLostRace(error) : error;
    }
  }

  mergePatch<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    patch: object,
    options: PatchOptions,
    signal: AbortSignal,
  ): Promise<T> {
    return this.#patch(type, ref, MERGE_PATCH, patch, options, signal);
  }

  async delete(
    type: ResourceType,
    ref: ObjectRef,
    options: DeleteOptions,
    signal: AbortSignal,
  ): Promise<DeleteResult> {
    const { uid, resourceVersion } = options;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: options.propagationPolicy ?? 'Background',
      ...(options.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: options.gracePeriodSeconds }),
      ...(uid || resourceVersion
        ? { preconditions: { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) } }
        : {}),
      ...(options.dryRun ? { dryRun: ['All'] } : {}),
    };
    const answer = await orAbsent(
      this.transport.request({ method: 'DELETE', path: objectPath(type, ref), body }, signal),
    );
    if (answer === undefined) return 'absent';
    const outcome = outcomeOfDelete(answer);
    const deletedUid = uid ?? outcome.uid;
    if (!options.dryRun && deletedUid) this.#accepted({ type, ref, deletedUid });
    return outcome.result;
  }

  /** Any GET that answers JSON: `/apis`, `/openapi/v3/apis/GROUP/VERSION`. Undefined on 404. */
  getRaw(path: string, signal: AbortSignal): Promise<unknown> {
    return orAbsent(this.transport.request({ method: 'GET', path }, signal));
  }

  async serverVersion(signal: AbortSignal): Promise<ServerVersion> {
    const answer = await this.transport.request({ method: 'GET', path: '/version' }, signal);
    const text = (field: string): string =>
      isRecord(answer) && typeof answer[field] === 'string' ? answer[field] : '';
    return { major: text('major'), minor: text('minor'), gitVersion: text('gitVersion') };
  }

  /** Called once for each accepted write that was not a dry run. Returns the function that takes the listener off. */
  onWrite(listener: (write: AcceptedWrite) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #apply<T extends KubeObject>(
    type: ResourceType<T>,
    subresource: string | undefined,
    manifest: Manifest,
    options: ApplyOptions,
    signal: AbortSignal,
  ): Promise<T> {
    const path = objectPath(type, manifest.metadata, subresource);
    const query = {
      ...this.#query(options, subresource ? undefined : 'Strict'),
      force: options.force ?? true,
    };
    const body = typed(
      type,
      options.uid ? { ...manifest, metadata: { ...manifest.metadata, uid: options.uid } } : manifest,
    );
    return this.#write(
      type,
      { method: 'PATCH', path, query, body, contentType: APPLY_PATCH },
      options,
      signal,
    );
  }

  #patch<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    contentType: string,
    body: object,
    options: PatchOptions,
    signal: AbortSignal,
  ): Promise<T> {
    const path = objectPath(type, ref, options.subresource);
    const query = this.#query(options, undefined);
    return this.#write(type, { method: 'PATCH', path, query, body, contentType }, options, signal);
  }

  #query(options: WriteOptions, fieldValidation: WriteOptions['fieldValidation']): Query {
    return {
      fieldManager: options.fieldManager ?? this.#fieldManager,
      fieldValidation: options.fieldValidation ?? fieldValidation,
      dryRun: options.dryRun ? 'All' : undefined,
    };
  }

  async #write<T extends KubeObject>(
    type: ResourceType<T>,
    request: ApiRequest,
    options: WriteOptions,
    signal: AbortSignal,
  ): Promise<T> {
    const object = asObject(
      type,
      await this.transport.request(request, signal),
      `${request.method} ${request.path}`,
    );
    if (options.dryRun) return object;
    const { uid, resourceVersion, deletionTimestamp, finalizers } = object.metadata;
    // Taking the last finalizer off deletes the object: its last version never shows up in a watch.
    const gone = deletionTimestamp !== undefined && !finalizers?.length;
    this.#accepted({
      type,
      ref: refOf(object),
      object,
      ...(gone ? { deletedUid: uid } : { resourceVersion }),
    });
    return object;
  }

  #accepted(write: AcceptedWrite): void {
    for (const listener of this.#listeners) listener(write);
  }
}

/** The API server answers a failed test with a 422 that says nothing, where a refused object names its fields. */
function asLostRace(error: ApiError): ApiError {
  if (error.status !== 422 || !error.serverMessage.startsWith('the server rejected our request'))
    return error;
  const serverMessage = `a test of the JSON patch failed, the object is another one by now (${error.serverMessage})`;
  return new ApiError({ request: error.request, status: 409, reason: 'Conflict', serverMessage });
}

/** Kind and apiVersion first, as people write them; an apply without them is refused. */
function typed(type: ResourceType, manifest: Manifest): Manifest {
  if (manifest.apiVersion !== undefined && manifest.kind !== undefined) return manifest;
  return { apiVersion: apiVersionOf(type), kind: type.kind, ...manifest };
}

async function orAbsent(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.isNotFound) return undefined;
    throw error;
  }
}
