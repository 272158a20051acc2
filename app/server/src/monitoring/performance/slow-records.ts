export const KINDS = ['query', 'route', 'job', 'event-loop'] as const;
export type Kind = (typeof KINDS)[number];

/** One time that something took longer than it should have. */
export interface SlowRecord {
  readonly kind: Kind;
  /** One of few: a statement's, a route's template, a queue's. */
  readonly name: string;
  readonly milliseconds: number;
  readonly at: Date;
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly detail: Readonly<Record<string, string | number | boolean | undefined>>;
}

const MINUTE_MS = 60_000;
export const MOST_A_MINUTE = 5;
/** A process has fewer statements, routes and queues; all beyond share one count. */
const MOST_NAMES = 500;
/** Kept in memory until they are written: a few minutes of everything that is slow at once. */
const MOST_WAITING = 1_000;

interface Minute {
  readonly begins: number;
  told: number;
  held: number;
}

/** Slow ones are told a few times a minute of each name, and counted beyond that: all are slow where the database is. */
export class SlowRecordBuffer {
  readonly #minutes = new Map<string, Minute>();
  #waiting: SlowRecord[] = [];

  /**
   * @param now milliseconds on a clock that nobody sets
   * @returns how many of its name were held back since the last that was told, or undefined: this one is
   */
  add(record: SlowRecord, now = performance.now()): number | undefined {
    const minute = this.#minuteOf(`${record.kind} ${record.name}`, now);
    if (minute.told === MOST_A_MINUTE) {
      minute.held += 1;
      return undefined;
    }
    minute.told += 1;
    const { held } = minute;
    minute.held = 0;
    const told = held === 0 ? record : { ...record, detail: { ...record.detail, heldBack: held } };
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(told);
    return held;
  }

  /** Those that were told; they are then no longer here. */
  take(): SlowRecord[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  /** What could not be written comes back, as far as there is room. */
  putBack(taken: readonly SlowRecord[]): void {
    this.#waiting = [...taken, ...this.#waiting].slice(0, MOST_WAITING);
  }

  #minuteOf(name: string, now: number): Minute {
    const key = this.#minutes.has(name) || this.#minutes.size < MOST_NAMES ? name : '';
    const known = this.#minutes.get(key);
    if (known !== undefined && now - known.begins < MINUTE_MS) return known;
    const minute = { begins: now, told: 0, held: known?.held ?? 0 };
    this.#minutes.set(key, minute);
    return minute;
  }
}
