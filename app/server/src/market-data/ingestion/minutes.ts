import { exchangeTime } from '../calendar/sessions.ts';
import { checkRows } from '../checks/check-rows.ts';
import type { MinuteBar, MinuteRow } from '../provider.ts';
import { decisionsAbout, forgetMended, forgetOld, recordFindings } from '../store/findings.ts';
import { storeMinuteBars } from '../store/minute-bars.ts';
import { advanceProgress, beginProgress } from '../store/progress.ts';
import { lockSymbols, storedSymbols } from '../store/symbols.ts';
import { fromSource } from './failure.ts';
import { countDispositions, decidedBars, type JudgedRow, withOccurrences } from './judge.ts';
import { type Answered, readSymbols } from './reading.ts';
import type { ChunkReport, Run } from './run.ts';

/** For so many days what was found about minutes waits for a decision: each day is read once, so no later load mends it. */
const KEEP_FINDINGS_DAYS = 90;

/** The minute that is still moving has its end for a name, like those that have ended; it comes with the next load. */
function endedMinutes({ fetchedAt, value }: Answered<readonly MinuteRow[]>['answer']): readonly MinuteRow[] {
  const { date, minute } = exchangeTime(fetchedAt);
  const two = (part: number): string => String(Math.floor(part)).padStart(2, '0');
  const last = `${date} ${two(minute / 60)}:${two(minute % 60)}:00`;
  return value.filter(({ bar }) => bar === undefined || bar.at <= last);
}

/** Minutes have no calendar of their own: a bar of a minute is held to what holds for every bar. */
function judgeMinutes(key: Answered<unknown>, rows: readonly MinuteRow[]): readonly JudgedRow<MinuteBar>[] {
  const { symbol } = key;
  const asBars = rows.map(({ rowNumber, raw, bar, malformed }) =>
    bar === undefined
      ? { rowNumber, raw, malformed: malformed ?? 'no bar' }
      : { rowNumber, raw, bar: { ...bar, date: bar.at } },
  );
  const judged = checkRows(asBars, { symbol, interval: 'minute' }).map(({ bar, held, findings }, index) => ({
    bar: bar && rows[index]?.bar,
    held: held && rows[index]?.bar,
    // A finding is of a day, for those who look for it by date.
    findings: findings.map((finding) => ({ ...finding, date: finding.date?.slice(0, 10) })),
  }));
  return withOccurrences({ symbol, origin: key.answer.origin }, judged);
}

async function storeMinutes(run: Run, answered: Answered<readonly MinuteRow[]>): Promise<ChunkReport> {
  const { symbol, answer } = answered;
  const { source } = run.provider;
  const rows = judgeMinutes(answered, endedMinutes(answer));
  const findings = rows.flatMap((row) => row.findings);
  const report = { symbol, rows: rows.length, ...countDispositions(findings) };
  const foundIn = { source, dataset: 'minutes', runId: run.runId } as const;
  // Also of rows that are no bars: what was found on other days is not for this answer to take back.
  const days = rows.flatMap((row) => row.bar?.at.slice(0, 10) ?? row.findings[0]?.date ?? []).toSorted();
  const [first, last] = [days[0], days.at(-1)];
  await run.database.transaction(async (sql) => {
    await lockSymbols(sql, source, [symbol]);
    await beginProgress(sql, run.runId, [{ symbol, rowsTotal: rows.length, origin: answer.origin }]);
    await recordFindings(sql, foundIn, findings);
    const bars = decidedBars(symbol, rows, await decisionsAbout(sql, foundIn, [symbol]));
    await storeMinuteBars(sql, { source, symbol, origin: answer.origin, bars });
    if (first !== undefined) await forgetMended(sql, foundIn, [symbol], first, last);
    await forgetOld(sql, foundIn, symbol, KEEP_FINDINGS_DAYS);
    const { rejected, held, flagged } = report;
    await advanceProgress(sql, run.runId, [
      { symbol, rowsDone: rows.length, quarantined: rejected + held, flagged },
    ]);
  });
  return report;
}

/**
 * Loads the minutes that the source still has of the given symbols, else of all that have daily bars.
 * @throws RunPaused, AbortError; the database's own errors
 */
export async function loadMinutes(run: Run): Promise<void> {
  const { database, provider, symbols, signal } = run;
  const wanted =
    symbols ?? (await storedSymbols(database, provider.source, undefined)).map((one) => one.symbol);
  const answers = readSymbols(run, wanted, (symbol) =>
    fromSource(`the minute bars of ${symbol}`, provider.minuteRows(symbol, signal)),
  );
  for await (const answered of answers) await run.onChunk(await storeMinutes(run, answered));
}
