import { missingRuns } from '../calendar/halts.ts';
import type { AnswerContext } from './context.ts';
import type { Verdict } from './finding.ts';

/**
 * Trading days that are missing before a bar and are no halt. An index has none; of a share it can be told only from a
 * source's own list of halts, because its missing days are taken for halts otherwise.
 * @param present dates that the answer has, those of rejected rows included
 */
export function gapBefore(
  date: string,
  previous: string,
  present: ReadonlySet<string>,
  context: AnswerContext,
): Verdict {
  const { calendar, halts, kind } = context;
  if (calendar === undefined) return undefined;
  if (kind === 'stock' && halts === undefined) return undefined;
  if (calendar.countTradingDays(previous, date) === 2) return undefined;
  const days = missingRuns([previous, date], calendar)
    .flatMap((run) => calendar.tradingDaysBetween(run.from, run.to) ?? [])
    .filter(
      (day) => !present.has(day) && !halts?.some((halt) => halt.from <= day && day <= (halt.to ?? day)),
    );
  if (days.length === 0) return undefined;
  return {
    reason: 'gap',
    detail: `${days.length} trading days before it are missing, from ${days[0]} to ${days.at(-1)}`,
  };
}
