import type { AskedRange } from './bars.ts';
import type { EmptyReason } from '../provider.ts';

/** What the platform itself knows of the market; without it an answer without rows could mean anything. */
export interface MarketFacts {
  now(): Date;
  /** Civil date at the exchange. */
  today(): string;
  /** The day whose prices quotes of that moment show, and whether they are its last ones; undefined: the calendar does not know. */
  quoteDay(at: Date): Promise<{ readonly date: string; readonly final: boolean } | undefined>;
  /** undefined: not all of them are known. */
  tradingDays(range: AskedRange, symbol: string): Promise<readonly string[] | undefined>;
  /** Whether the symbol was listed on a date or before; undefined: no list of symbols is stored yet. */
  isListed(symbol: string, by: string): Promise<boolean | undefined>;
  /** Whether the symbol is known to have been halted on all of the days. */
  isHalted(symbol: string, days: readonly string[]): Promise<boolean>;
  /**
   * Trading days between these days with bars (ascending) on which the share was not halted, by lists of halts that were
   * read; of other days it tells nothing.
   */
  gaps(symbol: string, days: readonly string[]): Promise<readonly string[]>;
}

/** All exchanges hold the same sessions; this index stands for the market. */
export const MARKET = '000001.SH';

/** Why an answer about the whole market of a day has no rows. */
export async function reasonOfMarket(facts: MarketFacts, date: string): Promise<EmptyReason> {
  const days = await facts.tradingDays({ from: date, to: date }, MARKET);
  return days?.length === 0 ? 'no_trading_in_range' : 'upstream_empty';
}

/** Why there is nothing about a company; days and halts have no part in it. */
export async function reasonOfCompany(facts: MarketFacts, symbol: string): Promise<EmptyReason> {
  return (await facts.isListed(symbol, facts.today())) === false ? 'not_listed' : 'upstream_empty';
}

/** Why an answer about a symbol and a range has no rows. */
export async function reasonOf(facts: MarketFacts, symbol: string, range: AskedRange): Promise<EmptyReason> {
  if ((await facts.isListed(symbol, range.to)) === false) return 'not_listed';
  const days = await facts.tradingDays(range, symbol);
  if (days === undefined) return 'upstream_empty';
  if (days.length === 0) return 'no_trading_in_range';
  return (await facts.isHalted(symbol, days)) ? 'suspended' : 'upstream_empty';
}
