import type { AuditFilter } from './types.ts';

const DAY_MS = 86_400_000;
/** The longest time that the server exports at once. */
const MOST_DAYS = 366;
const DEFAULT_DAYS = 30;

/**
 * What an input for date and time holds, which knows no zone, as an instant: the reader means the own clock.
 * @returns undefined for an empty input and for what is no time
 */
export function instantOf(local: string): string | undefined {
  const time = new Date(local).getTime();
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

export interface Span {
  readonly from: string;
  readonly to: string;
}

/**
 * The time of an export, which needs both ends: those of the filter, else up to `now` and 30 days of it.
 * @returns undefined where it is empty or longer than 366 days, which the server refuses
 */
export function spanOf({ from, to }: Pick<AuditFilter, 'from' | 'to'>, now: Date): Span | undefined {
  // A second more: records of this very moment belong to it, and `to` is not part of the span.
  const end = to === undefined ? now.getTime() + 1_000 : Date.parse(to);
  const begin = from === undefined ? end - DEFAULT_DAYS * DAY_MS : Date.parse(from);
  if (begin >= end || end - begin > MOST_DAYS * DAY_MS) return undefined;
  return { from: new Date(begin).toISOString(), to: new Date(end).toISOString() };
}
