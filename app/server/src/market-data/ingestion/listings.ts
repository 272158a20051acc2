import { kindOf } from '../../common/market/symbol.ts';
import { pinyinInitials } from '../../common/market/pinyin-initials.ts';
import { exchangeTime } from '../calendar/sessions.ts';
import type { Sql } from '../../database/sql.ts';
import { isFrozen } from '../market-data-source.ts';
import { type Quote, type SymbolListing, valueOr } from '../provider.ts';
import { CalendarConflictError } from '../calendar/trading-calendar.ts';
import { lockVanished, markDelisted, notListed, upsertSymbols } from '../store/symbols.ts';
import { storeTradingDays } from '../store/trading-days.ts';
import { MarketCalendars } from '../market-calendars.ts';
import { fromSource } from './failure.ts';
import { readIfPossible } from './reading.ts';
import type { Run } from './run.ts';

/** A list of fewer stocks is a selection, not the market: what it lacks may well be listed. */
const WHOLE_MARKET = 3_000;
/** About as many as the exchanges delist in a year; a list that lacks more lacks a part of the market. */
const MOST_DELISTED = 50;
/** Names in one warning. */
const NAMED = 20;

export function namesOf(symbols: readonly string[]): string {
  const more = symbols.length - NAMED;
  return symbols.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

const withPinyin = (listing: SymbolListing): SymbolListing =>
  listing.pinyin === undefined ? { ...listing, pinyin: pinyinInitials(listing.name) } : listing;

/**
 * Stores the symbols that the source lists, and those that have series without being listed.
 * @param series symbols that have daily bars
 */
export async function storeListings(run: Run, series: readonly string[]): Promise<void> {
  const { database, provider } = run;
  const listed = valueOr(await fromSource('the list of symbols', provider.listSymbols(run.signal)), []);
  const listings = new Map(listed.map((listing) => [listing.symbol, withPinyin(listing)]));
  for (const symbol of series) {
    const unnamed: SymbolListing = { symbol, name: symbol, kind: kindOf(symbol), pinyin: undefined };
    if (!listings.has(symbol)) listings.set(symbol, unnamed);
  }
  await upsertSymbols(database, provider.source, [...listings.values()]);
  const stocks = listed.filter((listing) => listing.kind === 'stock').map((listing) => listing.symbol);
  if (stocks.length >= WHOLE_MARKET) await delist(run, stocks);
  warnOfUnknown(run, listings, series);
}

/** Takes shares for delisted that the list lacks, unless it lacks so many that it cannot be whole. */
async function delist(run: Run, listed: readonly string[]): Promise<void> {
  const { database, provider } = run;
  await database.transaction(async (sql) => {
    const vanished = await lockVanished(sql, provider.source, listed);
    if (vanished.length <= MOST_DELISTED)
      await markDelisted(sql, provider.source, vanished, exchangeTime(run.now()).date);
    else
      run.warn(
        `the list of symbols lacks ${vanished.length} that were listed (${namesOf(vanished)}), which is no delisting; they stay listed`,
      );
  });
}

/**
 * Stores shares that are quoted with trades and not listed yet: the list of names may be older than the day. Where the
 * configuration names its symbols, others are not wanted.
 */
export async function storeQuoted(run: Run, sql: Sql, quotes: readonly Quote[]): Promise<void> {
  const { source } = run.provider;
  if (run.configured !== undefined || isFrozen(source)) return;
  const traded = new Map(
    quotes.filter(({ volume = 0 }) => volume > 0).map((quote) => [quote.symbol, quote.name]),
  );
  const fresh = await notListed(sql, source, [...traded.keys()]);
  const listings = fresh.map((symbol): SymbolListing => ({
    symbol,
    name: traded.get(symbol) ?? symbol,
    kind: kindOf(symbol),
    pinyin: undefined,
  }));
  await upsertSymbols(sql, source, listings.map(withPinyin));
}

/** A symbol of the configuration that the source does not know would be missed in silence. */
function warnOfUnknown(
  run: Run,
  listings: ReadonlyMap<string, SymbolListing>,
  series: readonly string[],
): void {
  const configured = run.configured ?? [];
  const unknown = configured.filter((symbol) => !listings.has(symbol));
  if (unknown.length > 0)
    run.warn(`marketData.symbols: the source does not know ${namesOf(unknown)}; correct or remove them`);
  const available = new Set(series);
  const without = configured.filter((symbol) => listings.has(symbol) && !available.has(symbol));
  if (without.length > 0) run.warn(`marketData.symbols: the source has no daily bars of ${namesOf(without)}`);
}

/**
 * The calendar has what the exchanges announced; a source's list adds the next year, and adds or takes back days of
 * closures at short notice. A list that contradicts the notices is not taken over: the one that is stored holds.
 * @returns the run with the calendars that hold from now on
 */
export async function refreshCalendar(run: Run): Promise<Run> {
  const { database, provider, signal } = run;
  if (!provider.offers.has('tradingDays')) return run;
  const answer = await readIfPossible(run, 'the trading days', () => provider.tradingDays(signal));
  if (answer === undefined) return run;
  try {
    MarketCalendars.extendedBy(answer.value);
  } catch (error) {
    if (!(error instanceof CalendarConflictError)) throw error;
    run.warn(`the source's new list of trading days is not taken over: ${error.message}`);
    return run;
  }
  await storeTradingDays(database, provider.source, answer.value);
  return { ...run, calendars: await MarketCalendars.stored(database, provider.source, run.warn) };
}
