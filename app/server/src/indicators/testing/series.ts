/** The series that the golden files were made from (hack/golden/series.py), and others for tests. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { BarSeries } from '../series.ts';

type Row = readonly [number, number, number, number, number, number, number, number];

const inCents = (yuan: number): number => Math.floor(yuan * 100 + 0.5);

/** Bars from columns of cents. */
export function seriesOf(
  cents: Readonly<Record<'open' | 'high' | 'low' | 'close', ArrayLike<number>>>,
  volume: ArrayLike<number>,
  amount: ArrayLike<number> = volume,
  dates?: readonly string[],
): BarSeries {
  const yuan = (values: ArrayLike<number>): Float64Array => Float64Array.from(values, (value) => value / 100);
  return {
    dates: dates ?? Array.from(cents.close, (_, index) => `bar ${index}`),
    open: yuan(cents.open),
    high: yuan(cents.high),
    low: yuan(cents.low),
    close: yuan(cents.close),
    volume: Float64Array.from(volume),
    amount: Float64Array.from(amount),
  };
}

/** All daily bars of a symbol as the npm package hqchart has them, prices rounded to cents. */
export function realBars(symbol: string): BarSeries {
  const folder = dirname(createRequire(import.meta.url).resolve('hqchart/package.json'));
  const file = join(folder, `src/jscommon/umychart.testdata/DayKLine/${symbol}.day.kline.json`);
  const rows = (JSON.parse(readFileSync(file, 'utf8')) as { data: Row[] }).data;
  const column = (index: number): number[] => rows.map((row) => row[index] ?? Number.NaN);
  const cents = (index: number): number[] => column(index).map(inCents);
  return seriesOf(
    { open: cents(2), high: cents(3), low: cents(4), close: cents(5) },
    column(6),
    column(7),
    rows.map(([date]) => String(date)),
  );
}

/** `length` bars from the one at `start` on. */
export function cut(bars: BarSeries, start: number, length = bars.dates.length): BarSeries {
  const part = (values: Float64Array): Float64Array => values.slice(start, start + length);
  return {
    dates: bars.dates.slice(start, start + length),
    open: part(bars.open),
    high: part(bars.high),
    low: part(bars.low),
    close: part(bars.close),
    volume: part(bars.volume),
    amount: part(bars.amount),
  };
}

/** The 32-bit linear congruential generator of Numerical Recipes. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 16) % limit;
  };
}

/** Bars of few cents with many equal prices, gaps and, where `calm` is above 1, days without any move. */
export function madeCandles(length: number, { seed, calm }: { seed: number; calm: number }): BarSeries {
  const below = dice(seed);
  const columns: Record<'open' | 'high' | 'low' | 'close', number[]> = {
    open: [],
    high: [],
    low: [],
    close: [],
  };
  const volume: number[] = [];
  let close = 1000;
  for (let index = 0; index < length; index += 1) {
    const moves = calm <= 1 || Math.floor(index / 40) % calm !== 0;
    const gap = moves ? below(15) - 7 : 0;
    const body = moves && below(3) > 0 ? below(31) - 15 : 0;
    const upper = moves && below(2) > 0 ? below(12) : 0;
    const lower = moves && below(2) > 0 ? below(12) : 0;
    const open = Math.max(100, Math.min(5000, close + gap));
    close = Math.max(100, open + body);
    columns.open.push(open);
    columns.close.push(close);
    columns.high.push(Math.max(open, close) + upper);
    columns.low.push(Math.min(open, close) - lower);
    volume.push(moves ? 100 * below(1000) : 0);
  }
  return seriesOf(columns, volume);
}
