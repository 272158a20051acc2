import { Backoff, REFLECTOR_BACKOFF, type BackoffOptions } from './backoff.ts';
import { sleep, type Clock, type Random } from './clock.ts';
import { ApiError, TransportError } from './errors.ts';
import { listAll } from './list.ts';
import type { Log } from './log.ts';
import { isOlder } from './resource-version.ts';
import { resourceName, type ResourceType } from './resources.ts';
import type { Transport } from './transport.ts';
import type { KubeObject } from './types.ts';
import { watch } from './watch.ts';

export interface ReflectorMetrics {
  list(resource: string): void;
  watch(resource: string): void;
  relist(resource: string): void;
  synced(resource: string, epochSeconds: number): void;
  handlerFailed(resource: string): void;
}

/** Where the state goes. Members must not throw. */
export interface ReflectorSink<T> {
  /** Everything there is in the reflector's scope; what is missing has been deleted. */
  replace(items: readonly T[]): void;
  put(object: T): void;
  remove(object: T): void;
  /** All changes up to this version have been handed over. */
  progress(resourceVersion: string): void;
}

export interface ReflectorTimings {
  readonly backoff: BackoffOptions;
  /** The server ends each watch after a random time in this range. */
  readonly watchSeconds: readonly [number, number];
  readonly idleMs: number;
  /** A watch that ends sooner without an event counts as a failure. */
  readonly shortWatchMs: number;
}

export const REFLECTOR_TIMINGS: ReflectorTimings = {
  backoff: REFLECTOR_BACKOFF,
  watchSeconds: [300, 600],
  idleMs: 150_000,
  shortWatchMs: 1_000,
};

export interface ReflectorOptions<T extends KubeObject> {
  readonly transport: Transport;
  readonly type: ResourceType<T>;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly metadataOnly?: boolean | undefined;
  readonly pageSize?: number | undefined;
  /** Applied to the items of a list page by page; the sink may apply it once more. */
  readonly shrink?: ((object: T) => T) | undefined;
  readonly sink: ReflectorSink<T>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics?: ReflectorMetrics | undefined;
  readonly timings?: Partial<ReflectorTimings> | undefined;
}

/** Watches that broke this often in a row are given up for a list, whatever the reason was. */
const MAX_RESUMES = 5;

/**
 * Keeps a sink equal to a collection of the API server: lists, watches from the list's version, resumes or lists
 * again after any kind of failure, and ends only when its signal aborts. There is one loop and one open stream at a
 * time, so no event of an earlier stream can arrive after a later list.
 */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #timings: ReflectorTimings;
  readonly #backoff: Backoff;
  readonly #resource: string;
  #running = false;
  /** Undefined: the next step is a list. */
  #watchFrom: string | undefined;
  /**
   * `''`: the newest. The first list asks for it, and not as client-go does for any version that the server has: what
   * happened before a restart must not be met again in an older state.
   */
  #listFrom = '';
  #lists = 0;
  #resumes = 0;
  #lastContact = Number.NEGATIVE_INFINITY;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#timings = { ...REFLECTOR_TIMINGS, ...options.timings };
    this.#backoff = new Backoff(this.#timings.backoff, options.clock, options.random);
    this.#resource = resourceName(options.type);
  }

  get hasSynced(): boolean {
    return this.#lists > 0;
  }

  /** Milliseconds since the API server last said anything here; Infinity: never. */
  get silentForMs(): number {
    return this.#options.clock.monotonic() - this.#lastContact;
  }

  /** Resolves when the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#running) throw new Error(`the reflector of ${this.#resource} runs already`);
    this.#running = true;
    while (!signal.aborted) {
      try {
        if (this.#watchFrom === undefined) await this.#list(signal);
        else await this.#watch(this.#watchFrom, signal);
      } catch (error) {
        if (signal.aborted) break;
        await this.#recover(error, signal);
      }
    }
    this.#running = false;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { transport, type, sink, metrics, pageSize, shrink } = this.#options;
    const { namespace, labelSelector, fieldSelector, metadataOnly } = this.#options;
    metrics?.list(this.#resource);
    if (this.#lists > 0) metrics?.relist(this.#resource);
    const scope = { namespace, labelSelector, fieldSelector, metadataOnly, limit: pageSize };
    const options = { ...scope, resourceVersion: this.#listFrom };
    const list = await listAll(transport, type, options, signal, shrink);
    if (signal.aborted) return;
    if (isOlder(list.resourceVersion, this.#listFrom)) {
      const message = `the list is of version ${list.resourceVersion}, older than ${this.#listFrom} that was seen`;
      this.#listFrom = '';
      throw new Error(message);
    }
    sink.replace(list.items);
    this.#lists += 1;
    this.#resumes = 0;
    this.#advance(list.resourceVersion);
    this.#contact();
  }

  async #watch(from: string, signal: AbortSignal): Promise<void> {
    const { transport, type, clock, random, metrics, namespace, labelSelector, fieldSelector, metadataOnly } =
      this.#options;
    const [shortest, longest] = this.#timings.watchSeconds;
    const started = clock.monotonic();
    let events = 0;
    metrics?.watch(this.#resource);
    const stream = watch(
      transport,
      type,
      {
        ...{ namespace, labelSelector, fieldSelector, metadataOnly },
        resourceVersion: from,
        timeoutSeconds: Math.round(shortest + random() * (longest - shortest)),
        idleMs: this.#timings.idleMs,
        clock,
        onOpen: () => this.#contact(),
      },
      signal,
    );
    for await (const event of stream) {
      if (signal.aborted) return;
      events += 1;
      this.#dispatch(event);
    }
    if (events === 0 && clock.monotonic() - started < this.#timings.shortWatchMs) {
      throw new Error('the watch ended at once without an event');
    }
    this.#resumes = 0;
  }

  #dispatch(
    event:
      { kind: 'bookmark'; resourceVersion: string } | { kind: 'added' | 'modified' | 'deleted'; object: T },
  ): void {
    this.#contact();
    this.#resumes = 0;
    if (event.kind === 'bookmark') return this.#advance(event.resourceVersion);
    if (event.kind === 'deleted') this.#options.sink.remove(event.object);
    else this.#options.sink.put(event.object);
    this.#advance(event.object.metadata.resourceVersion);
  }

  #advance(resourceVersion: string): void {
    this.#watchFrom = resourceVersion;
    this.#listFrom = resourceVersion;
    this.#options.sink.progress(resourceVersion);
  }

  #contact(): void {
    this.#lastContact = this.#options.clock.monotonic();
    this.#options.metrics?.synced(this.#resource, this.#options.clock.now() / 1000);
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { clock, log, namespace } = this.#options;
    const failed = this.#watchFrom === undefined ? 'list' : 'watch';
    const expired = error instanceof ApiError && error.isExpired;
    // Asking for the newest state instead of a version that is gone is a step forward and needs no pause.
    const pause = !(expired && failed === 'list' && this.#listFrom !== '');
    this.#chooseNextStep(error, failed, expired);
    const delayMs = pause ? this.#delay(error) : 0;
    const next = this.#watchFrom === undefined ? 'list' : 'watch';
    const fields = { err: error, resource: this.#resource, namespace, delayMs: Math.round(delayMs) };
    log[expired ? 'debug' : 'warn'](fields, `${this.#resource}: the ${failed} failed, next is a ${next}`);
    await sleep(clock, delayMs, signal);
  }

  #delay(error: unknown): number {
    const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(asked, this.#backoff.next());
  }

  /**
   * A broken stream or a busy server: resume where we were. A version the server does not have (any more), a refusal
   * of the watch itself, or silence (a watch from a version in the future gets no error and not even a bookmark,
   * measured on 1.34): list. A list first asks for what we have seen at least, then for the newest.
   */
  #chooseNextStep(error: unknown, failed: 'list' | 'watch', expired: boolean): void {
    this.#resumes += 1;
    // Ahead: the server's history is older than ours, as after a restore of etcd.
    const ahead = isVersionAhead(error);
    if (ahead || (expired && failed === 'list')) this.#listFrom = '';
    const refused = error instanceof ApiError && error.status < 500 && !error.isTooManyRequests;
    const silent = error instanceof TransportError && error.code === 'IDLE';
    if (ahead || expired || refused || silent || this.#resumes > MAX_RESUMES) this.#watchFrom = undefined;
  }
}

function isVersionAhead(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const causes = error.details?.causes ?? [];
  return (
    causes.some((cause) => cause.reason === 'ResourceVersionTooLarge') ||
    error.serverMessage.includes('Too large resource version')
  );
}
