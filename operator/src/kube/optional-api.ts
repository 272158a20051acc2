import { Backoff } from './backoff.ts';
import type { Cache } from './cache.ts';
import type { Client } from './client.ts';
import { sleep, systemClock, type Clock } from './clock.ts';
import { Deadline, endedBy } from './deadline.ts';
import { ApiError } from './errors.ts';
import type { Informer } from './informer.ts';
import type { InformerOptions } from './informer-options.ts';
import type { Log } from './log.ts';
import { apiVersionOf, resourceName, type ResourceType } from './resources.ts';
import type { KubeObject } from './types.ts';
import { isRecord } from './wire.ts';

/**
 * `unknown`: nobody has looked yet, so nothing follows from it. `absent`: not served, or not all of its kinds. `forbidden`: served, and this account may not list them. `present`:
 * served, and the caches are filled.
 */
export type OptionalState = 'unknown' | 'absent' | 'forbidden' | 'present';

export interface OptionalAPIOptions {
  readonly client: Client;
  readonly cache: Cache;
  readonly log: Log;
  readonly clock?: Clock;
  /** Kinds of one group and version, all of which are needed. */
  readonly types: readonly [ResourceType, ...ResourceType[]];
  /** Namespaces whose objects are looked at; empty: all. */
  readonly namespaces: readonly string[];
  readonly informer: InformerOptions<KubeObject>;
  /** For every informer that is made, to attach handlers. */
  readonly onInformer: (informer: Informer) => void;
  /** Pause between two looks. Default 60 s. */
  readonly pollMs?: number;
}

/** An entry of discovery. */
const isCreatable = (resource: unknown): resource is Readonly<Record<string, unknown>> =>
  isRecord(resource) && Array.isArray(resource['verbs']) && resource['verbs'].includes('create');

/** For a look; a first list that takes longer is waited for by the next one. */
const LOOK_MS = 5_000;
const POLL_MS = 60_000;
/** Before the next look when one found nothing out: a cluster that has just got the kinds is slow to serve them. */
const [RETRY_MS, LONGEST_RETRY_MS] = [1_000, 30_000];

/**
 * Kinds that a cluster may have or not, and may get or lose at any time. No watch tells of that, and a watch on the CRDs
 * would be a right of its own, so discovery is polled: one request, which every account may make. While the API is there
 * its informers run; when it goes they end, and with them what they hold.
 */
export class OptionalAPI {
  readonly #options: OptionalAPIOptions;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #backoff: Backoff;
  #state: OptionalState = 'unknown';
  /** Whether the last look found nothing out. */
  #hasFailed = false;

  constructor(options: OptionalAPIOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#pollMs = options.pollMs ?? POLL_MS;
    const retries = {
      baseMs: Math.min(RETRY_MS, this.#pollMs),
      maxMs: Math.min(LONGEST_RETRY_MS, this.#pollMs),
      resetMs: this.#pollMs,
    };
    this.#backoff = new Backoff(retries, this.#clock, Math.random);
  }

  get state(): OptionalState {
    return this.#state;
  }

  /**
   * Looks once. Never rejects: what cannot be found out changes nothing.
   * @returns whether the state is another one than before
   */
  async check(signal: AbortSignal): Promise<boolean> {
    const found = await this.#look(signal);
    this.#hasFailed = found === undefined;
    if (signal.aborted || found === undefined || found === this.#state) return false;
    const { types, log } = this.#options;
    log.info(
      { api: apiVersionOf(types[0]), from: this.#state, to: found },
      'an optional API changed its state',
    );
    this.#state = found;
    return true;
  }

  /**
   * Looks again and again until the signal aborts, sooner after a look that found nothing out; `onChange` must have
   * everything visited that depends on it.
   */
  async run(signal: AbortSignal, onChange: () => void): Promise<void> {
    while (!signal.aborted) {
      if (await this.check(signal)) onChange();
      await sleep(this.#clock, this.#hasFailed ? this.#backoff.next() : this.#pollMs, signal);
    }
  }

  async #look(signal: AbortSignal): Promise<OptionalState | undefined> {
    const deadline = new Deadline(this.#clock, LOOK_MS, signal, `no answer within ${LOOK_MS / 1000} s`);
    try {
      if (!(await this.#isServed(deadline.signal))) return this.#release('absent');
      if (this.#state !== 'present' && !(await this.#mayList(deadline.signal)))
        return this.#release('forbidden');
      await this.#fill(deadline.signal);
      return 'present';
    } catch (error) {
      const { types, log } = this.#options;
      const fields = { error: String(error), api: apiVersionOf(types[0]) };
      // Once for each trouble: it is looked at often while it lasts.
      if (!signal.aborted)
        log[this.#hasFailed ? 'debug' : 'warn'](fields, 'cannot look at an optional API, trying again');
      return undefined;
    } finally {
      deadline.dispose();
    }
  }

  /**
   * Each kind has a CRD of its own, so one of them may be missing. One whose CRD is being deleted is still listed, for as
   * long as a finalizer holds one of its objects, and takes nothing new: it is as good as gone.
   */
  async #isServed(signal: AbortSignal): Promise<boolean> {
    const { client, types } = this.#options;
    const answer = await client.getRaw(`/apis/${apiVersionOf(types[0])}`, signal);
    const list = isRecord(answer) && Array.isArray(answer['resources']) ? answer['resources'] : [];
    const names = new Set(list.filter(isCreatable).map(({ name }) => name));
    return types.every(({ plural }) => names.has(plural));
  }

  async #mayList(signal: AbortSignal): Promise<boolean> {
    const { client, types, namespaces, informer } = this.#options;
    const { labelSelector } = informer;
    try {
      for (const type of types)
        for (const namespace of namespaces.length > 0 ? namespaces : [undefined])
          await client.list(type, { namespace, labelSelector, metadataOnly: true }, signal);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.isForbidden) return false;
      throw error;
    }
  }

  /** Informers that run and have their first list; a state is not `present` before. */
  async #fill(signal: AbortSignal): Promise<void> {
    const { cache, types, informer: options, onInformer } = this.#options;
    const informers = types.map((type) => {
      const running = cache.find(type);
      const informer = running ?? cache.optional(type, options);
      if (!running) onInformer(informer);
      return informer;
    });
    await endedBy(signal, Promise.all(informers.map(({ synced }) => synced)));
    const missing = informers.filter(({ hasSynced }) => !hasSynced).map(({ type }) => resourceName(type));
    if (missing.length > 0) throw new Error(`no first list of ${missing.join(', ')}`);
  }

  #release<State extends OptionalState>(state: State): State {
    for (const type of this.#options.types) this.#options.cache.release(type);
    return state;
  }
}
