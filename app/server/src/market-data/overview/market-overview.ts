import { isSpecialTreatment } from '../../common/market/special-treatment.ts';
import type { Board } from '../../common/market/symbol.ts';
import { limitPrices, priceLimit } from '../checks/price-limits.ts';

/** A quote of a snapshot and what is known of its share; null is what the source has not. */
export interface OverviewQuote {
  readonly symbol: string;
  /** As of the quote; it tells whether the share is under risk warning. */
  readonly name: string;
  readonly board: Board;
  readonly industry: string | null;
  readonly listedOn: string | null;
  /** 1 on the day of listing; null: not known. */
  readonly session: number | null;
  readonly last: number | null;
  readonly previousClose: number | null;
  /** Shares. */
  readonly volume: number | null;
  /** Yuan. */
  readonly amount: number | null;
  readonly turnoverRate: number | null;
}

export interface Mover {
  readonly symbol: string;
  readonly name: string;
  readonly last: number;
  readonly changePercent: number;
  readonly amount: number | null;
  readonly turnoverRate: number | null;
}

export interface Breadth {
  readonly up: number;
  readonly down: number;
  readonly flat: number;
  /** Listed, and without a trade on the day. */
  readonly halted: number;
  /** Traded, and without a close before: newly listed. */
  readonly unpriced: number;
}

export interface Industry {
  readonly name: string;
  readonly shares: number;
  readonly up: number;
  readonly down: number;
  /** Mean change of its shares, each counted once. */
  readonly changePercent: number;
  readonly amount: number;
}

export interface Overview {
  readonly shares: number;
  readonly breadth: Breadth;
  readonly turnover: number;
  readonly limitUp: readonly Mover[];
  readonly limitDown: readonly Mover[];
  readonly gainers: readonly Mover[];
  readonly losers: readonly Mover[];
  readonly mostTraded: readonly Mover[];
  /** Of shares whose industry is known, best first; empty: of none. */
  readonly industries: readonly Industry[];
}

const SHOWN = 10;

type Side = 'up' | 'down' | 'flat' | 'halted' | 'unpriced';

interface Judged {
  readonly quote: OverviewQuote;
  readonly side: Side;
  readonly mover: Mover | undefined;
}

const rate = (last: number, before: number): number => Math.round((last / before - 1) * 1e6) / 1e4;

function judge(quote: OverviewQuote): Judged {
  const { symbol, name, last, previousClose, volume, amount, turnoverRate } = quote;
  // A halted share is quoted with its last close and no volume, or without a price.
  if (last === null || volume === null || volume === 0) return { quote, side: 'halted', mover: undefined };
  if (previousClose === null || previousClose <= 0) return { quote, side: 'unpriced', mover: undefined };
  const mover = { symbol, name, last, changePercent: rate(last, previousClose), amount, turnoverRate };
  if (last === previousClose) return { quote, side: 'flat', mover };
  return { quote, side: last > previousClose ? 'up' : 'down', mover };
}

/**
 * Whether the last price is the highest or lowest that the rules of its board allow; undefined: neither, or no limit. No
 * price goes beyond a limit: one that did has another rule, as those of a new share whose listing is not stored yet.
 */
function limitSide(quote: OverviewQuote, date: string): 'up' | 'down' | undefined {
  const { last, previousClose } = quote;
  if (last === null || previousClose === null) return undefined;
  const limit = priceLimit({
    board: quote.board,
    date,
    riskWarning: isSpecialTreatment(quote.name),
    listedOn: quote.listedOn ?? undefined,
    session: quote.session ?? undefined,
  });
  if (limit.kind !== 'percent') return undefined;
  const { lower, upper } = limitPrices(previousClose, limit.percent);
  if (last === upper) return 'up';
  return last === lower ? 'down' : undefined;
}

function industriesOf(judged: readonly Judged[]): Industry[] {
  const groups = Map.groupBy(
    judged.filter(({ quote, mover }) => quote.industry !== null && mover !== undefined),
    ({ quote }) => quote.industry ?? '',
  );
  const industries = [...groups].map(([name, members]) => ({
    name,
    shares: members.length,
    up: members.filter(({ side }) => side === 'up').length,
    down: members.filter(({ side }) => side === 'down').length,
    changePercent: rounded(sum(members, ({ mover }) => mover?.changePercent ?? 0) / members.length),
    amount: paid(members.map(({ quote }) => quote)),
  }));
  return industries.toSorted((a, b) => b.changePercent - a.changePercent || a.name.localeCompare(b.name));
}

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

const sum = <Item>(items: readonly Item[], valueOf: (item: Item) => number): number =>
  items.reduce((total, item) => total + valueOf(item), 0);

/** Yuan that were paid, in whole cents as prices of shares are: a sum of yuan would show the noise of binary fractions. */
const paid = (quotes: readonly OverviewQuote[]): number =>
  sum(quotes, ({ amount }) => Math.round((amount ?? 0) * 100)) / 100;

/**
 * The market of one moment. Changes are against the close before, as the exchange counts them; who stands at the limit
 * is told by the limit of its board on that day, rounded as the exchange rounds it.
 * @param date of the quotes
 */
export function overviewOf(quotes: readonly OverviewQuote[], date: string): Overview {
  const judged = quotes.map((quote) => judge(quote));
  const count = (side: Side): number => judged.filter((one) => one.side === side).length;
  const movers = judged.flatMap(({ mover }) => (mover === undefined ? [] : [mover]));
  const best = movers.toSorted((a, b) => b.changePercent - a.changePercent);
  const atLimit = (wanted: 'up' | 'down'): Mover[] =>
    judged.flatMap(({ quote, mover }) =>
      mover !== undefined && limitSide(quote, date) === wanted ? [mover] : [],
    );
  const byAmount = (list: readonly Mover[]): Mover[] =>
    list.toSorted((a, b) => (b.amount ?? 0) - (a.amount ?? 0));
  return {
    shares: quotes.length,
    breadth: {
      up: count('up'),
      down: count('down'),
      flat: count('flat'),
      halted: count('halted'),
      unpriced: count('unpriced'),
    },
    turnover: paid(quotes),
    limitUp: byAmount(atLimit('up')),
    limitDown: byAmount(atLimit('down')),
    gainers: best.filter(({ changePercent }) => changePercent > 0).slice(0, SHOWN),
    losers: best
      .toReversed()
      .filter(({ changePercent }) => changePercent < 0)
      .slice(0, SHOWN),
    mostTraded: byAmount(movers).slice(0, SHOWN),
    industries: industriesOf(judged),
  };
}
