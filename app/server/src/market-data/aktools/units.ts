import type { SymbolKind } from '../../common/market/symbol.ts';
import { violated } from './rows.ts';

/** What the test of units needs of a bar or a quote; yuan, shares. */
export interface Traded {
  readonly high: number;
  readonly low: number;
  readonly volume: number;
  readonly amount: number;
}

/**
 * The average price of a day lies between its low and high, so the median of average price / middle of the day is 1
 * within a few per cent; a volume in the wrong unit makes it 100 or 1/100. Anything within a factor of 10 of the stated
 * unit is left to the checks of single rows.
 */
const TOLERANCE = 10;

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Median of average price / middle of the day; undefined where nothing was traded. About 1 with volumes in shares. */
function unitRatio(bars: readonly Traded[]): number | undefined {
  const ratios = bars
    .map(({ high, low, volume, amount }) => amount / volume / ((high + low) / 2))
    .filter((ratio) => Number.isFinite(ratio) && ratio > 0);
  return median(ratios);
}

/**
 * A volume of an index divides its amount into the average price of the market's shares: 5 to 40 yuan, and below 200 for
 * the STAR market. Before 2006 the markets were too small and their face values too mixed for this.
 */
const INDEX_FROM = '2006-01-01';
const INDEX_AVERAGE_PRICE = { least: 1, most: 500 };

/**
 * Whether whole answers are in the units that the contract states.
 * @throws SourceError `swapped_units`
 */
export function checkUnits(bars: readonly (Traded & { readonly date: string })[], kind: SymbolKind): void {
  if (kind === 'stock') return checkStockUnits(bars);
  const prices = bars
    .filter(({ date, volume, amount }) => date >= INDEX_FROM && volume > 0 && amount > 0)
    .map(({ volume, amount }) => amount / volume);
  const price = median(prices);
  if (price === undefined || (price > INDEX_AVERAGE_PRICE.least && price < INDEX_AVERAGE_PRICE.most)) return;
  throw violated('swapped_units', `amount/volume of the index is ${price.toPrecision(3)} yuan per share`);
}

/** @throws SourceError `swapped_units` */
export function checkStockUnits(bars: readonly Traded[]): void {
  const ratio = unitRatio(bars);
  if (ratio === undefined || (ratio > 1 / TOLERANCE && ratio < TOLERANCE)) return;
  throw violated('swapped_units', `amount/volume is ${ratio.toPrecision(3)} times the price`);
}
