import type { Clock } from '../clock.ts';

interface Timer {
  readonly id: number;
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to move. Wall and monotonic time move together unless `skew` is set. */
export class FakeClock implements Clock {
  #time = 0;
  #wall: number;
  #nextId = 0;
  readonly #timers = new Map<number, Timer>();

  constructor(wall = Date.parse('2026-01-02T03:04:05.678Z')) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall + this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  setTimeout(callback: () => void, delayMs: number): () => void {
    this.#nextId += 1;
    const id = this.#nextId;
    this.#timers.set(id, { id, at: this.#time + Math.max(0, delayMs), callback });
    return () => this.#timers.delete(id);
  }

  /** Somebody sets the wall clock. */
  skew(byMs: number): void {
    this.#wall += byMs;
  }

  /** As after the process was stopped for a while: time has passed, no timer has fired yet. */
  jump(byMs: number): void {
    this.#time += byMs;
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer fires; undefined: none is set. */
  get nextTimerIn(): number | undefined {
    const next = this.#earliest();
    return next && next.at - this.#time;
  }

  /** Moves on, firing timers in order at their own time; promises that they resolve run in between. */
  async advance(byMs: number): Promise<void> {
    const end = this.#time + byMs;
    await settle();
    for (let timer = this.#earliest(); timer && timer.at <= end; timer = this.#earliest()) {
      this.#fire(timer);
      await settle();
    }
    this.#time = end;
    await settle();
  }

  /** As `advance`, for code that is synchronous throughout. */
  advanceSync(byMs: number): void {
    const end = this.#time + byMs;
    for (let timer = this.#earliest(); timer && timer.at <= end; timer = this.#earliest()) this.#fire(timer);
    this.#time = end;
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer.id);
    this.#time = Math.max(this.#time, timer.at);
    timer.callback();
  }

  #earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers.values()) {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.id < first.id)) first = timer;
    }
    return first;
  }
}

/** Lets every promise that can go on do so: a macrotask runs after all of them. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
