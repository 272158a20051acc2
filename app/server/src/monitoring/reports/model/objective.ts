import type { Slice } from './slice.ts';

type Judged = Pick<
  Slice,
  'from' | 'to' | 'availability' | 'observed' | 'lostSeconds' | 'requests' | 'failed'
>;

const secondsOf = ({ from, to }: Judged): number => (to - from) / 1000;

/** Seconds of a slice of which nothing is known. */
export const unseenSeconds = (slice: Judged): number => (1 - slice.observed) * secondsOf(slice);

/** Requests that may fail; one in any case, or a single one of a quiet day would be the whole budget. */
export const allowedFailures = ({ requests }: Judged, objective: number): number =>
  Math.max(1, (1 - objective) * requests);

/** Seconds of the observed time that may be lost. */
export const allowedSeconds = (slice: Judged, objective: number): number =>
  (1 - objective) * slice.observed * secondsOf(slice);

/** Pure: whether what was observed is below the objective (0 to 1), by its time or by its requests. */
export function isMissed(slice: Judged, objective: number): boolean {
  return (
    slice.lostSeconds > allowedSeconds(slice, objective) || slice.failed > allowedFailures(slice, objective)
  );
}

/**
 * Pure: whether the time of which nothing is known decides: it alone is more than the objective allows to be lost, or it is
 * together with what was lost.
 */
export function isUncertain(slice: Judged, objective: number): boolean {
  const unseen = unseenSeconds(slice);
  const allowed = (1 - objective) * secondsOf(slice);
  return (
    unseen > allowed || (unseen > 0 && slice.lostSeconds <= allowed && slice.lostSeconds + unseen > allowed)
  );
}

/** Pure: availability with all of the unknown time lost, and with none of it; 0 to 1. */
export function rangeOf({ availability, observed }: Judged): {
  readonly atLeast: number;
  readonly atMost: number;
} {
  const atLeast = (availability ?? 0) * observed;
  return { atLeast, atMost: Math.min(1, atLeast + 1 - observed) };
}
