import { civilDateOfNumber } from '../../common/market/civil-date.ts';
import { normaliseName } from '../../common/market/pinyin-initials.ts';
import { canonicalSymbol } from '../../common/market/symbol.ts';
import type { MarketSnapshot, Quote } from '../provider.ts';
import type { SampleSnapshot } from './sample-files.ts';
import { cents } from './sample-rows.ts';

const NOT_GIVEN = {
  volumeRatio: undefined,
  turnoverRate: undefined,
  peDynamic: undefined,
  pb: undefined,
  marketCap: undefined,
  floatCap: undefined,
} satisfies Partial<Quote>;

/**
 * Of the four indices in the file only the Shanghai composite counts lots of 100: its volume is that of the daily file.
 * Those of Shenzhen count shares of their constituents (amount by volume is 16 to 32 yuan).
 */
const IN_LOTS: ReadonlySet<string> = new Set(['000001.SH']);

/** A share that was halted all day has zeros in the file, and no prices here. */
function quoteOf(snapshot: SampleSnapshot, index: number): Quote | undefined {
  const symbol = canonicalSymbol(snapshot.symbol[index] ?? '');
  if (symbol === undefined) return undefined;
  const isTraded = (snapshot.vol[index] ?? 0) > 0;
  const price = (column: readonly number[]): number | undefined =>
    isTraded ? cents(column[index] ?? 0) : undefined;
  return {
    symbol,
    name: normaliseName(snapshot.name[index] ?? symbol),
    last: price(snapshot.close),
    open: price(snapshot.open),
    high: price(snapshot.high),
    low: price(snapshot.low),
    previousClose: cents(snapshot.yclose[index] ?? 0),
    volume: (snapshot.vol[index] ?? 0) * (IN_LOTS.has(symbol) ? 100 : 1),
    amount: cents(snapshot.amount[index] ?? 0),
    ...NOT_GIVEN,
  };
}

/**
 * The closing picture of its day.
 * @throws RangeError when the file's day is no date
 */
export function snapshotOf(snapshot: SampleSnapshot): MarketSnapshot {
  const tradeDate = civilDateOfNumber(snapshot.tradedate);
  if (tradeDate === undefined) throw new RangeError(`${snapshot.tradedate} is not a date YYYYMMDD`);
  const quotes = snapshot.symbol.flatMap((_symbol, index) => quoteOf(snapshot, index) ?? []);
  return { tradeDate, final: true, quotes };
}
