import type { Clock } from '../../kube/index.ts';
import type { Entry } from './entry.ts';

/** What waits of one stream; more is not read before some of it is gone. */
const MOST_WAITING = 256;
const MOST_CHARACTERS = 1024 * 1024;

interface Waiting {
  readonly entry: Entry;
  /** By our own clock, milliseconds. */
  readonly arrived: number;
}

const sizeOf = ({ text, more }: Entry): number => more.reduce((sum, { length }) => sum + length, text.length);

/** The way of one stream into the merge. */
export class Lane {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #queue: Waiting[] = [];
  #characters = 0;
  #isOpen = true;
  #isLive = false;
  #room: PromiseWithResolvers<void> | undefined;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether it has told what was before: from then on its silence holds up nobody. */
  get isLive(): boolean {
    return this.#isLive;
  }

  get head(): Waiting | undefined {
    return this.#queue[0];
  }

  /** Resolves when there is room for the next. */
  async push(entry: Entry): Promise<void> {
    this.#queue.push({ entry, arrived: this.#clock.monotonic() });
    this.#characters += sizeOf(entry);
    this.#changed();
    while (this.#queue.length >= MOST_WAITING || this.#characters >= MOST_CHARACTERS) {
      this.#room ??= Promise.withResolvers<void>();
      await this.#room.promise;
    }
  }

  goLive(): void {
    this.#isLive = true;
    this.#changed();
  }

  close(): void {
    this.#isOpen = false;
    this.#changed();
  }

  take(): Entry | undefined {
    const entry = this.#queue.shift()?.entry;
    if (entry) this.#characters -= sizeOf(entry);
    this.#room?.resolve();
    this.#room = undefined;
    return entry;
  }
}

/**
 * Merges streams by time. What lies before the beginning is merged exactly: nothing leaves before every stream has shown its
 * next entry. Of what happens now nobody knows whether something earlier is still under way, so an entry waits for `windowMs`
 * and then leaves in the order of the times. Within one stream the order is always that of the stream.
 */
export class Merge {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #lanes = new Set<Lane>();
  #changed = Promise.withResolvers<void>();
  #isComplete = false;

  constructor(clock: Clock, windowMs: number) {
    this.#clock = clock;
    this.#windowMs = windowMs;
  }

  lane(): Lane {
    const lane = new Lane(this.#clock, () => this.#wake());
    this.#lanes.add(lane);
    return lane;
  }

  /** No further lanes will come. */
  complete(): void {
    this.#isComplete = true;
    this.#wake();
  }

  /** Undefined at the end of all lanes. With `drain` at once whatever has arrived. */
  async next(drain: AbortSignal): Promise<Entry | undefined> {
    for (;;) {
      const changed = this.#changed.promise;
      this.#dropEnded();
      const first = this.#first();
      if (!first && (drain.aborted || (this.#isComplete && this.#lanes.size === 0))) return undefined;
      const waitMs = first ? (drain.aborted ? 0 : this.#waitMs(first)) : Number.POSITIVE_INFINITY;
      if (first && waitMs <= 0) return first.take();
      await this.#until(changed, waitMs, drain);
    }
  }

  #dropEnded(): void {
    for (const lane of this.#lanes) if (!lane.isOpen && !lane.head) this.#lanes.delete(lane);
  }

  #first(): Lane | undefined {
    let first: Lane | undefined;
    for (const lane of this.#lanes) {
      if (!lane.head) continue;
      if (!first?.head || lane.head.entry.at < first.head.entry.at) first = lane;
    }
    return first;
  }

  /** How long the first entry still has to wait for others: 0, the rest of the window, or until something changes. */
  #waitMs({ head }: Lane): number {
    const silent = [...this.#lanes].filter((lane) => lane.isOpen && !lane.head);
    if (silent.some(({ isLive }) => !isLive)) return Number.POSITIVE_INFINITY;
    if (silent.length === 0 || !head) return 0;
    return head.arrived + this.#windowMs - this.#clock.monotonic();
  }

  async #until(changed: Promise<void>, waitMs: number, drain: AbortSignal): Promise<void> {
    const done = Promise.withResolvers<void>();
    const end = (): void => done.resolve();
    const cancel = Number.isFinite(waitMs) ? this.#clock.setTimeout(end, waitMs) : () => undefined;
    drain.addEventListener('abort', end, { once: true });
    await Promise.race([changed, done.promise]);
    drain.removeEventListener('abort', end);
    cancel();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
