/** Budgets are per minute. */
export const WINDOW_MS = 60_000;

/** What is known of one key: hits of a minute (counted from 1970) and of the one before it. */
export interface Count {
  readonly minute: number;
  readonly hits: number;
  readonly previousHits: number;
}

/** The same, as of a time: hits of its minute, of the minute before, and how much of its minute is over. */
export interface Usage {
  readonly hits: number;
  readonly previousHits: number;
  readonly elapsedMs: number;
}

export const minuteOf = (nowMs: number): number => Math.floor(nowMs / WINDOW_MS);

export function usageAt(count: Count | undefined, nowMs: number): Usage {
  const minute = minuteOf(nowMs);
  const elapsedMs = nowMs - minute * WINDOW_MS;
  // A clock that is a little behind the count's is at the beginning of the count's minute.
  if (count !== undefined && count.minute > minute)
    return { hits: count.hits, previousHits: count.previousHits, elapsedMs: 0 };
  if (count?.minute === minute) return { hits: count.hits, previousHits: count.previousHits, elapsedMs };
  return { hits: 0, previousHits: count?.minute === minute - 1 ? count.hits : 0, elapsedMs };
}

/** Hits of the last 60 s, those of the minute before taken as spread evenly over it: no burst at the turn of a minute. */
function used({ hits, previousHits, elapsedMs }: Usage): number {
  return hits + previousHits * (1 - elapsedMs / WINDOW_MS);
}

/** Whether one more hit stays within `limit`. */
export function allows(usage: Usage, limit: number): boolean {
  return used(usage) + 1 <= limit;
}

export function remainingOf(usage: Usage, limit: number): number {
  return Math.max(0, Math.floor(limit - used(usage)));
}

/** Whole seconds until the count of this minute is begun anew. */
export function secondsToReset({ elapsedMs }: Usage): number {
  return Math.max(1, Math.ceil((WINDOW_MS - elapsedMs) / 1000));
}

/** Whole seconds after which one more hit is allowed, if there are no others until then; at least 1. */
export function secondsToRoom({ hits, previousHits, elapsedMs }: Usage, limit: number): number {
  const room = limit - 1;
  // So much of a minute has to be over for the hits of the one before it to leave room.
  const share = (before: number, free: number): number => (before <= free ? 0 : 1 - free / before);
  const waitMs =
    hits <= room
      ? WINDOW_MS * share(previousHits, room - hits) - elapsedMs
      : WINDOW_MS - elapsedMs + WINDOW_MS * share(hits, room);
  return Math.max(1, Math.ceil(waitMs / 1000));
}
