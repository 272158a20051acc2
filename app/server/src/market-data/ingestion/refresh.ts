import { lastCompletedTradingDay } from '../calendar/sessions.ts';
import { isFrozen } from '../market-data-source.ts';
import type { Bar, Fetched, MarketSnapshot, Origin, Quote, SourceRow } from '../provider.ts';
import { finishedSymbols } from '../store/progress.ts';
import { type CloseBefore, closesBefore } from '../store/reference.ts';
import { finalSnapshot } from '../store/snapshots.ts';
import { type StoredSymbol, storedSymbols } from '../store/symbols.ts';
import { fromSource } from './failure.ts';
import { refreshHalts } from './halts.ts';
import { checkContextOf } from './check-context.ts';
import { loadSeries, type Wanted } from './load-series.ts';
import { judgeDaily } from './judge.ts';
import { refreshCalendar, storeListings } from './listings.ts';
import type { Run } from './run.ts';
import { SeriesWriter } from './series-writer.ts';
import { takeSnapshot } from './snapshot.ts';

/** A whole-market answer that is the day's final one. */
interface ClosingDay {
  readonly origin: Origin;
  readonly snapshot: MarketSnapshot;
}

function barOf(day: string, quote: Quote): Bar | undefined {
  const { last: close, open, high, low, volume, amount } = quote;
  if (close === undefined || open === undefined || high === undefined || low === undefined) return undefined;
  if (volume === undefined || volume === 0 || amount === undefined) return undefined;
  return { date: day, open, high, low, close, volume, amount };
}

interface DirectBar {
  readonly stored: StoredSymbol;
  readonly before: CloseBefore;
  readonly bar: Bar;
  readonly quote: Quote;
}

/** How each symbol gets its newest bars. */
interface RefreshPlan {
  /** The snapshot's quote is the one bar that is missing, and shows that no right went before it. */
  readonly direct: readonly DirectBar[];
  /** The source has to be asked: for rows, for corporate actions, or for both. */
  readonly mend: readonly Wanted[];
}

/** What a plan is made of. */
interface RefreshFacts {
  readonly day: string;
  readonly dayBefore: string | undefined;
  /** The source reads every symbol of `stored`. */
  readonly stored: readonly StoredSymbol[];
  readonly closing: ClosingDay | undefined;
  readonly closes: ReadonlyMap<string, CloseBefore>;
}

/**
 * Whose bar the snapshot is, and who must be asked for. A quote whose previous close is not the price that the day
 * should count from means an ex-date: sources show the reference price there. Where actions are not known up to the
 * bar before, they are asked for every day until they are. A stock that the snapshot shows without trades is halted,
 * and nothing is asked.
 */
function planRefresh({ day, dayBefore, stored, closing, closes }: RefreshFacts): RefreshPlan {
  const quotes = new Map(closing?.snapshot.quotes.map((quote) => [quote.symbol, quote]));
  const direct: DirectBar[] = [];
  const mend: Wanted[] = [];
  for (const one of stored) {
    const { symbol, lastBar } = one;
    const wanted = { symbol, range: { from: lastBar ?? undefined, to: day } };
    const quote = quotes.get(symbol);
    if (closing === undefined || quote === undefined) {
      if (lastBar === null || lastBar < day) mend.push(wanted);
      continue;
    }
    const bar = barOf(day, quote);
    if (bar === undefined) continue;
    const { previousClose } = quote;
    const quoted = previousClose === undefined ? undefined : { day, previousClose };
    const before = closes.get(symbol);
    const isNext = before !== undefined && dayBefore !== undefined && before.date >= dayBefore;
    if (!isNext || previousClose !== before.reference) mend.push({ ...wanted, quoted });
    else if (one.factorsKnownUntil !== null && one.factorsKnownUntil >= before.date)
      direct.push({ stored: one, before, bar, quote });
    else mend.push({ symbol, range: { from: day, to: day }, quoted, rows: rowsOf(closing, quote, bar) });
  }
  return { direct, mend };
}

/** The quote as the source's answer about the day. */
function rowsOf({ origin }: ClosingDay, quote: Quote, bar: Bar): Fetched<readonly SourceRow[]> {
  const value = [{ rowNumber: 1, raw: quote, bar }];
  return { origin, operation: 'snapshot', fetchedAt: new Date(), outcome: 'data', value };
}

/** @returns the day's final quotes, undefined where only rows can tell */
async function closingDay(run: Run, day: string): Promise<ClosingDay | undefined> {
  // Dozens of pages upstream: an earlier attempt's answer, or that of a snapshot run, is not asked for again.
  const taken = await finalSnapshot(run.database, run.provider.source, day);
  if (taken !== undefined) return taken;
  const answer = await takeSnapshot(run, false);
  if (answer === undefined) return undefined;
  const { snapshot, origin } = answer;
  if (snapshot.final && snapshot.tradeDate === day) return { snapshot, origin };
  run.warn(
    `the snapshot is of ${snapshot.tradeDate}${snapshot.final ? '' : ', which was still trading'}, not the close of ${day}; rows are asked for symbol by symbol`,
  );
  return undefined;
}

/** Stores the quotes as bars of the day, through the same checks as rows of a history. */
async function writeDirect(run: Run, { origin, snapshot }: ClosingDay, plan: RefreshPlan): Promise<void> {
  const { tradeDate: day } = snapshot;
  const writer = new SeriesWriter(run);
  try {
    for (const { stored, before, bar, quote } of plan.direct) {
      const { symbol } = stored;
      const previous = { date: before.date, close: before.reference };
      // What the day counts from is that price, so nothing else has happened to the share in between.
      const actions = { origin, from: before.date, until: day, actions: [] };
      const context = checkContextOf(run, { symbol, stored, actions, from: day, previous });
      const rows = judgeDaily({ symbol, origin }, [{ rowNumber: 1, raw: quote, bar }], context);
      await writer.add({ symbol, origin, rows, from: day, shown: { after: before.date, day } });
    }
    await writer.end();
  } finally {
    await writer.settle();
  }
}

async function refreshMarket(run: Run, day: string, symbols: readonly string[]): Promise<void> {
  const { database, provider } = run;
  const { source } = provider;
  const closing = provider.offers.has('snapshot') ? await closingDay(run, day) : undefined;
  // What is quoted beyond the list of names is newer than the list.
  const quoted = run.configured === undefined ? (closing?.snapshot.quotes ?? []) : [];
  const wanted = [...symbols, ...quoted.map(({ symbol }) => symbol)];
  const finished = await finishedSymbols(database, run.runId);
  const plan = planRefresh({
    day,
    dayBefore: run.calendars.market.previousTradingDay(day),
    stored: (await storedSymbols(database, source, wanted)).filter(({ symbol }) => !finished.has(symbol)),
    closing,
    closes: await closesBefore(database, source, day),
  });
  if (closing !== undefined) await writeDirect(run, closing, plan);
  await loadSeries(run, plan.mend);
}

/**
 * Brings the stored series up to the last day whose bars are final: with one answer for the whole market where it is
 * the day's closing one, and with the missing rows of each symbol elsewhere. Given symbols are asked for one by one.
 * @throws RunPaused, AbortError; SourceError when the source cannot even be listed; the database's own errors
 */
export async function refresh(given: Run): Promise<void> {
  const { database, provider, symbols, signal } = given;
  if (symbols === undefined) {
    const available = await fromSource('the list of series', provider.listSeries(signal));
    await storeListings(given, available);
    const run = await refreshCalendar(given);
    const day = lastCompletedTradingDay(run.now(), run.calendars.market);
    if (!isFrozen(provider.source) && day !== undefined) {
      await refreshHalts(run, day);
      await refreshMarket(run, day, available);
      return;
    }
    if (day === undefined)
      run.warn('the calendar does not reach to today; all rows since the last bar are asked for');
  }
  const stored = await storedSymbols(database, provider.source, symbols);
  await loadSeries(
    given,
    stored.map(({ symbol, lastBar }) => ({ symbol, range: { from: lastBar ?? undefined } })),
  );
}
