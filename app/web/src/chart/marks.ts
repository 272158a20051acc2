import type { SeriesMarker } from 'lightweight-charts';
import { termsText } from '../format.ts';
import type { View } from '../load.ts';

/** Halts of a few days are many in early histories, and a mark for each would hide the candles. */
const SHORTEST_HALT_DAYS = 5;
/** With more marks than these their words would lie upon each other; the legend has them. */
const MOST_WITH_WORDS = 16;
const DAY_MS = 86_400_000;

const daysOf = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;

/**
 * Marks below the candles: ex-dates with their terms, and the first bar after a halt with its dates. Whatever falls
 * into a week or month stands at its bar.
 */
export function marksOf(
  { bars, exDates, halts }: Pick<View, 'bars' | 'exDates' | 'halts'>,
  color: string,
): readonly SeriesMarker<string>[] {
  const barAt = (date: string): string | undefined => bars.find((bar) => bar.date >= date)?.date;
  const mark = (time: string | undefined, text: string): SeriesMarker<string>[] =>
    time === undefined ? [] : [{ time, position: 'belowBar', shape: 'arrowUp', color, text, size: 0.6 }];
  const rights = exDates.flatMap((exDate) => mark(barAt(exDate.date), `除 ${termsText(exDate)}`));
  const resumed = halts.flatMap(({ from, to }) =>
    to === null || to < (bars[0]?.date ?? '') || daysOf(from, to) < SHORTEST_HALT_DAYS
      ? []
      : mark(barAt(to), `停 ${from.slice(2)}～${to.slice(2)}`),
  );
  const marks = [...rights, ...resumed].toSorted((a, b) => a.time.localeCompare(b.time));
  return marks.length <= MOST_WITH_WORDS
    ? marks
    : marks.map((one) => Object.assign(one, { text: one.text?.slice(0, 1) ?? '' }));
}
