import { lastCompletedTradingDay } from '../calendar/sessions.ts';
import { isFrozen } from '../market-data-source.ts';
import type { Bar, MarketSnapshot, Origin, Quote } from '../provider.ts';
import { extendFactorsKnown, readLastCloses } from '../store/reference.ts';
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
  readonly bar: Bar;
  readonly quote: Quote;
}

/** How each symbol gets its newest bars. */
export interface RefreshPlan {
  /** The snapshot's quote is the one bar that is missing. */
  readonly direct: readonly DirectBar[];
  /** Rows have to be asked for: of more than one day, or because prices before the day changed their meaning. */
  readonly mend: readonly Wanted[];
}

/** What a plan is made of. */
export interface RefreshFacts {
  readonly day: string;
  readonly dayBefore: string | undefined;
  /** The source reads every symbol of `stored`. */
  readonly stored: readonly StoredSymbol[];
  readonly quotes: ReadonlyMap<string, Quote> | undefined;
  /** Close of the last stored bar. */
  readonly lastCloses: ReadonlyMap<string, number>;
}

/**
 * Whose bar the snapshot is, and whose rows must be asked for. A quote whose previous close is not the stored last
 * close means an ex-date: sources show the reference price there. A stock that the snapshot shows without trades is
 * halted, and nothing is asked.
 */
export function planRefresh({ day, dayBefore, stored, quotes, lastCloses }: RefreshFacts): RefreshPlan {
  const direct: DirectBar[] = [];
  const mend: Wanted[] = [];
  for (const one of stored) {
    const { symbol, lastBar } = one;
    const wanted = { symbol, range: { from: lastBar ?? undefined, to: day } };
    const quote = quotes?.get(symbol);
    if (quote === undefined) {
      if (lastBar === null || lastBar < day) mend.push(wanted);
      continue;
    }
    const bar = barOf(day, quote);
    if (bar === undefined) continue;
    const isNext = lastBar !== null && dayBefore !== undefined && lastBar >= dayBefore;
    const continues = lastBar === day || quote.previousClose === lastCloses.get(symbol);
    if (isNext && continues) direct.push({ stored: one, bar, quote });
    else mend.push({ ...wanted, exDate: isNext ? day : undefined });
  }
  return { direct, mend };
}

/** @returns the day's final quotes, undefined where only rows can tell */
async function closingDay(run: Run, day: string): Promise<ClosingDay | undefined> {
  // Dozens of pages upstream: an earlier attempt's answer, or that of a snapshot run, is not asked for again.
  const taken = await finalSnapshot(run.database, run.provider.source, day);
  if (taken !== undefined) return taken;
  const answer = await takeSnapshot(run);
  if (answer === undefined) return undefined;
  const { snapshot, origin } = answer;
  if (snapshot.final && snapshot.tradeDate === day) return { snapshot, origin };
  run.warn(
    `the snapshot is of ${snapshot.tradeDate}${snapshot.final ? '' : ', which was still trading'}, not the close of ${day}; rows are asked for symbol by symbol`,
  );
  return undefined;
}

/** Stores the quotes as bars of the day, through the same checks as rows of a history. */
async function writeDirect(
  run: Run,
  { origin, snapshot: { tradeDate: day } }: ClosingDay,
  { direct }: RefreshPlan,
  lastCloses: ReadonlyMap<string, number>,
): Promise<void> {
  const writer = new SeriesWriter(run);
  try {
    for (const { stored, bar, quote } of direct) {
      const { symbol, lastBar } = stored;
      const close = lastCloses.get(symbol);
      const isNew = lastBar !== null && lastBar < day && close !== undefined;
      const previous = isNew ? { date: lastBar, close } : undefined;
      // Its previous close is the stored one, so nothing has happened to the share in between.
      const actions = previous && { origin, from: previous.date, until: day, actions: [] };
      const context = checkContextOf(run, { symbol, stored, actions, from: day, previous });
      const rows = judgeDaily({ symbol, origin }, [{ rowNumber: 1, raw: quote, bar }], context);
      await writer.add({ symbol, origin, rows, from: day });
    }
    await writer.end();
  } finally {
    await writer.settle();
  }
}

async function refreshMarket(run: Run, day: string, symbols: readonly string[]): Promise<void> {
  const { database, provider } = run;
  const closing = provider.offers.has('snapshot') ? await closingDay(run, day) : undefined;
  const lastCloses = await readLastCloses(database, provider.source);
  // What is quoted beyond the list of names is newer than the list.
  const quoted = run.configured === undefined ? (closing?.snapshot.quotes ?? []) : [];
  const wanted = [...symbols, ...quoted.map(({ symbol }) => symbol)];
  const plan = planRefresh({
    day,
    dayBefore: run.calendars.market.previousTradingDay(day),
    stored: await storedSymbols(database, provider.source, wanted),
    quotes: closing && new Map(closing.snapshot.quotes.map((quote) => [quote.symbol, quote])),
    lastCloses,
  });
  if (closing !== undefined) {
    await writeDirect(run, closing, plan, lastCloses);
    const continued = plan.direct.map(({ stored }) => stored.symbol);
    await extendFactorsKnown(database, provider.source, continued, day);
  }
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
