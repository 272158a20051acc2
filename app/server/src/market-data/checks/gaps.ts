import { missingRuns, whyMissing } from '../calendar/halts.ts';
import type { AnswerContext } from './context.ts';
import type { Verdict } from './finding.ts';

/**
 * Trading days that are missing before a bar and are no halt. An index has none; of a share only days tell whose list of
 * halts was read from the source, for its other missing days are taken for halts.
 * @param present dates that the answer has, those of rejected rows included
 */
export function gapBefore(
  date: string,
  previous: string,
  present: ReadonlySet<string>,
  { calendar, halts, kind }: AnswerContext,
): Verdict {
  if (calendar === undefined) return undefined;
  if (kind === 'stock' && halts === undefined) return undefined;
  if (calendar.countTradingDays(previous, date) === 2) return undefined;
  const days = missingRuns([previous, date], calendar)
    .flatMap((run) => calendar.tradingDaysBetween(run.from, run.to) ?? [])
    .filter((day) => !present.has(day) && (halts === undefined || whyMissing(day, halts) === 'gap'));
  if (days.length === 0) return undefined;
  return {
    reason: 'gap',
    detail: `${days.length} trading days before it are missing, from ${days[0]} to ${days.at(-1)}`,
  };
}
