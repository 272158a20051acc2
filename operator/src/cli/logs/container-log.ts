import { ApiError, Backoff, TransportError, sleep, type Clock, type Transport } from '../../kube/index.ts';
import type { Origin } from './entry.ts';
import { Grouper } from './group.ts';
import { readLog, type LogQuery } from './log-request.ts';
import type { Lane } from './merge.ts';
import type { ContainerView } from './pods.ts';
import { Resume } from './resume.ts';
import { nanosOfMs, sinceTimeOf } from './time.ts';

export interface LogWindow {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly sinceTime?: string | undefined;
  readonly sinceSeconds?: number | undefined;
  readonly tailLines?: number | undefined;
}

/** What is known of the container at any time. */
export interface ContainerFacts {
  /** Undefined once the pod is gone. */
  view(): ContainerView | undefined;
  /** Resolves when `view` may have changed, or with the signal. */
  changed(signal: AbortSignal): Promise<void>;
}

export interface LogDependencies {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Trouble that costs lines, or that lasts. */
  readonly complain: (origin: Origin, error: unknown) => void;
  readonly note: (text: string) => void;
}

/** A line that may get company, such as the first of a stack, waits for it this long. */
const FLUSH_MS = 150;
const ATTEMPTS = 4;
const BACKOFF = { baseMs: 500, maxMs: 10_000, resetMs: 60_000 };

/** Only these pass; a refusal is an answer. */
const isPassing = (error: unknown): boolean =>
  error instanceof TransportError || (error instanceof ApiError && error.isServerTrouble);

/** The log of one container into its lane, through broken streams and restarts, each line once. */
export class ContainerLog {
  readonly #origin: Origin;
  readonly #facts: ContainerFacts;
  readonly #with: LogDependencies;
  readonly #lane: Lane;
  readonly #window: LogWindow;
  readonly #grouper: Grouper;
  readonly #resume = new Resume();
  readonly #backoff: Backoff;
  #cancelFlush: () => void = () => undefined;

  constructor(
    origin: Origin,
    facts: ContainerFacts,
    lane: Lane,
    window: LogWindow,
    dependencies: LogDependencies,
  ) {
    this.#origin = origin;
    this.#facts = facts;
    this.#with = dependencies;
    this.#lane = lane;
    this.#window = window;
    const { clock } = dependencies;
    this.#grouper = new Grouper(origin, () => nanosOfMs(clock.now()));
    this.#backoff = new Backoff(BACKOFF, clock, Math.random);
  }

  /** Ends with the log, or with the pod when it is followed. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      const restarts = this.#facts.view()?.restarts ?? 0;
      await this.#past(signal);
      if (this.#window.follow && !signal.aborted) await this.#follow(restarts, signal);
    } catch (error) {
      if (!signal.aborted) this.#with.complain(this.#origin, error);
    } finally {
      await this.#flush();
      this.#lane.close();
    }
  }

  /** What lies before now. With `--tail=0` there is nothing, and asking would only lose what comes meanwhile. */
  async #past(signal: AbortSignal): Promise<void> {
    const { previous, tailLines, follow } = this.#window;
    const isWanted = !(follow && tailLines === 0) && (this.#facts.view()?.hasLog ?? false);
    if (isWanted) await this.#untilRead({ ...(previous ? { previous } : {}) }, signal);
    await this.#flush();
  }

  async #untilRead(query: LogQuery, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await this.#read(query, signal);
        return;
      } catch (error) {
        if (signal.aborted || attempt >= ATTEMPTS || !isPassing(error)) throw error;
        await sleep(this.#with.clock, this.#backoff.next(), signal);
      }
    }
  }

  async #follow(since: number, signal: AbortSignal): Promise<void> {
    this.#lane.goLive();
    let restarts = since;
    while (!signal.aborted) {
      const view = this.#facts.view();
      if (!view) return;
      if (view.hasLog) {
        // What the instance before said after our last line is nowhere else.
        if (view.restarts > restarts && view.hasPrevious) await this.#previous(signal);
        restarts = view.restarts;
        await this.#followOnce(signal);
      }
      await this.#flush();
      // A stream ends with its container, and some time passes until the pod says so.
      if (!signal.aborted) await this.#pause(view, signal);
    }
  }

  async #previous(signal: AbortSignal): Promise<void> {
    await this.#untilRead({ previous: true }, signal).catch((error: unknown) => {
      // Cleared away meanwhile: then it is lost, and the rest is not.
      if (!(error instanceof ApiError)) throw error;
    });
    await this.#flush();
  }

  async #followOnce(signal: AbortSignal): Promise<void> {
    try {
      await this.#read({ follow: true }, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && (error.isNotFound || error.status === 400)) return;
      if (!isPassing(error)) throw error;
      // It has said nothing for an hour.
      if (error instanceof TransportError && error.code === 'DEADLINE') return;
      const { pod, container } = this.#origin;
      this.#with.note(`The log of ${pod} (${container}) broke off and is asked for again`);
      await sleep(this.#with.clock, this.#backoff.next(), signal);
    }
  }

  async #pause(seen: ContainerView, signal: AbortSignal): Promise<void> {
    const now = this.#facts.view();
    const isSame = now?.restarts === seen.restarts && now.isRunning === seen.isRunning;
    if (!isSame) return;
    const wait = new AbortController();
    const end = (): void => wait.abort();
    signal.addEventListener('abort', end, { once: true });
    // A running container whose stream has ended: its log was turned over, or we hear late of its end.
    const retry = seen.isRunning ? sleep(this.#with.clock, 1000, wait.signal) : undefined;
    await Promise.race([this.#facts.changed(wait.signal), ...(retry ? [retry] : [])]);
    signal.removeEventListener('abort', end);
    end();
  }

  async #read(query: LogQuery, signal: AbortSignal): Promise<void> {
    const repeats = this.#resume.repeats();
    const lines = readLog(
      this.#with.transport,
      this.#with.clock,
      this.#origin,
      { ...query, ...this.#beginning() },
      signal,
    );
    for await (const line of lines) {
      if (repeats(line.at)) continue;
      if (line.at !== undefined) this.#resume.note(line.at);
      this.#cancelFlush();
      const ended = this.#grouper.push(line);
      if (ended) await this.#lane.push(ended);
      if (query.follow) this.#flushSoon();
    }
  }

  /** From the last line on, and before the first one as it was asked for. */
  #beginning(): LogQuery {
    const { last } = this.#resume;
    if (last !== undefined) return { sinceTime: sinceTimeOf(last) };
    const { sinceTime, sinceSeconds, tailLines } = this.#window;
    return { sinceTime, sinceSeconds, tailLines };
  }

  #flushSoon(): void {
    this.#cancelFlush = this.#with.clock.setTimeout(() => void this.#flush(), FLUSH_MS);
  }

  async #flush(): Promise<void> {
    this.#cancelFlush();
    const entry = this.#grouper.flush();
    if (entry) await this.#lane.push(entry);
  }
}
