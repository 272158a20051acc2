import {
  ApiError,
  sleep,
  systemClock,
  TransportError,
  type Client,
  type Clock,
  type KubeObject,
  type Log,
  type Random,
  resources,
} from '../kube/index.ts';
import { EventSeries, type EventNote, type EventWrite } from './event-series.ts';
import type { RuntimeMetrics } from './metrics.ts';

/** Fire and forget: never throws, never waits. */
export interface EventRecorder {
  event(regarding: KubeObject, note: EventNote): void;
}

export interface EventBroadcasterOptions {
  readonly client: Client;
  /** `stockanalysis.dev/operator`-like name of the controller. */
  readonly reportingController: string;
  /** Pod name. */
  readonly reportingInstance: string;
  readonly log: Log;
  readonly metrics?: RuntimeMetrics;
  readonly clock?: Clock;
  readonly random?: Random;
}

const MAX_QUEUED = 1_000;
const MAX_TRIES = 12;
const RETRY_MS = 10_000;
const FLUSH_MS = 2_000;
/** How often series are looked through for those that ended or are due for an update. */
const UPKEEP_MS = 60_000;

/**
 * Events of `events.k8s.io/v1` as client-go's recorder sends them: the first of a kind is created at once, the second
 * makes it a series, further ones are only counted until the series is updated or ends.
 */
export class EventBroadcaster implements EventRecorder {
  readonly #options: EventBroadcasterOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #series: EventSeries;
  readonly #queue: EventWrite[] = [];
  #wake = (): void => {};

  constructor(options: EventBroadcasterOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#series = new EventSeries(this.#clock, options.reportingController, options.reportingInstance);
  }

  event(regarding: KubeObject, note: EventNote): void {
    try {
      const write = this.#series.add(regarding, note);
      if (write) this.#enqueue(write);
    } catch (error) {
      this.#options.log.error({ err: error, reason: note.reason }, 'an event could not be made');
    }
  }

  /** Sends until the signal aborts, then flushes what is queued for at most 2 s. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const upkeep = this.#upkeep(signal);
    while (!signal.aborted) {
      const write = this.#queue.shift();
      if (write) await this.#send(write, signal);
      else await this.#idle(signal);
    }
    await upkeep;
    await this.#flush();
  }

  #enqueue(write: EventWrite): void {
    if (this.#queue.length >= MAX_QUEUED) return this.#discard(write, 'the queue is full');
    this.#queue.push(write);
    this.#wake();
  }

  #discard(write: EventWrite, why: string, error?: unknown): void {
    this.#options.metrics?.eventDiscarded();
    const { namespace, name } = write.body.metadata;
    this.#options.log.debug(
      { err: error, event: `${namespace}/${name}`, reason: write.body.reason },
      `an event was dropped: ${why}`,
    );
  }

  #idle(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        signal.removeEventListener('abort', finish);
        this.#wake = () => {};
        resolve();
      };
      this.#wake = finish;
      signal.addEventListener('abort', finish, { once: true });
    });
  }

  async #upkeep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#clock, UPKEEP_MS, signal);
      if (signal.aborted) return;
      for (const write of this.#series.upkeep()) this.#enqueue(write);
    }
  }

  async #send(write: EventWrite, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; attempt <= MAX_TRIES && !signal.aborted; attempt += 1) {
      try {
        return await this.#attempt(write, signal);
      } catch (error) {
        if (signal.aborted) break;
        const passing =
          error instanceof TransportError || (error instanceof ApiError && error.isServerTrouble);
        if (!passing || attempt === MAX_TRIES)
          return this.#discard(write, passing ? 'too many tries' : 'it was refused', error);
        await sleep(this.#clock, RETRY_MS * (0.5 + this.#random()), signal);
      }
    }
    // The process stops: one more try in the flush.
    if (this.#queue.length < MAX_QUEUED) this.#queue.unshift(write);
  }

  async #attempt({ kind, body }: EventWrite, signal: AbortSignal): Promise<void> {
    const { client } = this.#options;
    const { namespace, name } = body.metadata;
    if (kind === 'update') {
      try {
        await client.mergePatch(resources.events, { namespace, name }, { series: body.series }, {}, signal);
        return;
      } catch (error) {
        // The API server forgets events after an hour.
        if (!(error instanceof ApiError) || !error.isNotFound) throw error;
      }
    }
    try {
      await client.create(resources.events, body, {}, signal);
    } catch (error) {
      // An earlier try got through, though we did not hear of it.
      if (!(error instanceof ApiError) || !error.isAlreadyExists) throw error;
    }
  }

  async #flush(): Promise<void> {
    const enough = new AbortController();
    const cancel = this.#clock.setTimeout(() => enough.abort(), FLUSH_MS);
    for (const write of this.#queue.splice(0)) {
      if (enough.signal.aborted) break;
      await this.#attempt(write, enough.signal).catch((error: unknown) =>
        this.#discard(write, 'the process stops', error),
      );
    }
    cancel();
  }
}
