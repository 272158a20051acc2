import type { View } from '../load.ts';

/** Halts of a few days are many in early histories, and a mark for each would hide the candles. */
const SHORTEST_HALT_DAYS = 5;
const DAY_MS = 86_400_000;

const daysOf = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;

export interface Mark {
  readonly time: string;
  readonly kind: 'rights' | 'halt';
}

/**
 * Marks below the candles: ex-dates, and the first bar after a halt. Whatever falls into a week or month stands at its
 * bar, once. They have no words, which would lie upon candles, lines and each other: the legend has them.
 */
export function marksOf({ bars, exDates, halts }: Pick<View, 'bars' | 'exDates' | 'halts'>): readonly Mark[] {
  const timesOf = (dates: readonly string[]): Set<string> =>
    new Set(dates.flatMap((date) => bars.find((bar) => bar.date >= date)?.date ?? []));
  const first = bars[0]?.date ?? '';
  const ends = halts.flatMap(({ from, to }) =>
    to === null || to < first || daysOf(from, to) < SHORTEST_HALT_DAYS ? [] : [to],
  );
  const of = (kind: Mark['kind'], dates: readonly string[]): Mark[] =>
    [...timesOf(dates)].map((time) => ({ time, kind }));
  const marks = [
    ...of(
      'rights',
      exDates.map(({ date }) => date),
    ),
    ...of('halt', ends),
  ];
  return marks.toSorted((a, b) => a.time.localeCompare(b.time));
}
