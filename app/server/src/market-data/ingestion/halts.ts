import type { Sql } from '../../database/sql.ts';
import { kindOf } from '../../common/market/symbol.ts';
import { deriveHalts, type ListedHalts } from '../calendar/halts.ts';
import { exchangeTime, lastCompletedTradingDay } from '../calendar/sessions.ts';
import { newestHaltList, readListedHalts, recordHaltList } from '../store/halt-lists.ts';
import {
  contradictedHalts,
  endHalts,
  lockHalted,
  markSuspended,
  storeDerivedHalts,
  storeHalts,
} from '../store/halts.ts';
import { readIfPossible } from './reading.ts';
import type { Run } from './run.ts';
import type { JudgedSeries } from './series-writer.ts';

/** Lists of days that were missed while nothing ran are asked for, too; of a longer time they are too many calls. */
const MOST_MISSED = 10;

/** The day, and the trading days since the last one whose list was read. */
async function unreadDays({ database, provider, calendars }: Run, day: string): Promise<readonly string[]> {
  const last = await newestHaltList(database, provider.source);
  const next = last === undefined ? undefined : calendars.market.nextTradingDay(last);
  const missed = next === undefined ? [] : (calendars.market.tradingDaysBetween(next, day) ?? []);
  return [...missed.filter((one) => one < day).slice(-MOST_MISSED), day];
}

/**
 * Stores who is halted up to a day by the source's own lists, with reasons, and marks the symbols. Halts of symbols that
 * are not stored are nobody's.
 */
export async function refreshHalts(run: Run, until: string): Promise<void> {
  const { database, provider, signal } = run;
  const { source } = provider;
  if (!provider.offers.has('halts')) return;
  for (const day of await unreadDays(run, until)) {
    const answer = await readIfPossible(run, `the halts of ${day}`, () => provider.halts(day, signal));
    if (answer === undefined) return;
    await database.transaction(async (sql) => {
      const listed = answer.value.map(({ symbol }) => symbol);
      const locked = await lockHalted(sql, source, listed, day);
      const known = new Set(locked);
      await storeHalts(
        sql,
        source,
        answer.origin,
        answer.value.filter(({ symbol }) => known.has(symbol)),
      );
      await recordHaltList(sql, source, day);
      await endTraded(sql, run, locked);
      await markSuspended(sql, source, locked, day);
    });
  }
}

/** A share that trades again is not halted, whatever the source's list said of it. @returns whose halts were ended */
async function endTraded(
  sql: Sql,
  { provider, calendars }: Run,
  symbols: readonly string[],
): Promise<string[]> {
  const contradicted = await contradictedHalts(sql, provider.source, symbols);
  if (contradicted.length === 0) return [];
  const ends = contradicted.map(({ symbol, from, tradedFirst, traded }) => {
    const before = calendars.of(symbol).previousTradingDay(traded);
    const isNone = before === undefined || before < from || (before === from && tradedFirst);
    return { symbol, from, to: isNone ? null : before };
  });
  await endHalts(sql, provider.source, ends);
  return contradicted.map(({ symbol }) => symbol);
}

/** What the source's lists say of these symbols; undefined of a source without lists. */
export async function listedHalts(
  sql: Sql,
  { provider: { offers, source } }: Run,
  symbols: readonly string[],
): Promise<((symbol: string) => ListedHalts) | undefined> {
  return offers.has('halts') ? await readListedHalts(sql, source, symbols) : undefined;
}

/** What bars that were just written say of halts; the caller holds the lock of the symbols. */
export async function haltsByBars(sql: Sql, run: Run, written: readonly JudgedSeries[]): Promise<void> {
  const { source } = run.provider;
  const stocks = written.filter(({ symbol }) => kindOf(symbol) === 'stock');
  const symbols = stocks.map(({ symbol }) => symbol);
  const listed = await listedHalts(sql, run, symbols);
  const traded = listed === undefined ? [] : await endTraded(sql, run, symbols);
  if (traded.length > 0) {
    const day = lastCompletedTradingDay(run.now(), run.calendars.market) ?? exchangeTime(run.now()).date;
    await markSuspended(sql, source, traded, day);
  }
  const derived = stocks.flatMap(({ symbol, rows }) => {
    // A row that was refused still shows that its day was traded.
    const shown = rows.flatMap((row) => row.bar?.date ?? row.findings[0]?.date ?? []);
    const dates = [...new Set(shown)].toSorted();
    const [from] = dates;
    if (from === undefined) return [];
    return [{ symbol, from, halts: deriveHalts(dates, run.calendars.of(symbol), listed?.(symbol)) }];
  });
  await storeDerivedHalts(sql, source, derived);
}
