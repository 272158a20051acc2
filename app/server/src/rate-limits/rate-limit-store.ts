import type { Count } from './sliding-window.ts';

/** What all processes count together. The default stands on PostgreSQL; any store with atomic counters can be one. */
export interface RateLimitStore {
  /** Counts one hit if `limit` allows it: exact, however many processes ask at once. Rejects when nobody can say. */
  take(key: string, limit: number): Promise<Taken>;

  /**
   * Adds hits that are answered already, or takes some back, in one step for all keys. Rejects when nothing was added.
   * @returns what all processes have counted now; a key may be missing
   */
  exchange(hits: ReadonlyMap<string, number>): Promise<Exchanged>;

  /** Forgets what no longer counts. */
  sweep(): Promise<void>;
}

export interface Taken {
  readonly admitted: boolean;
  /** Undefined where another process made it a moment ago. */
  readonly count: Count | undefined;
  /** Time of the store, in milliseconds since 1970. */
  readonly nowMs: number;
}

export interface Exchanged {
  readonly counts: ReadonlyMap<string, Count>;
  readonly nowMs: number;
}
