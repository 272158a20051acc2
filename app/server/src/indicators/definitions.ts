import { ema, hhv, llv, ma, sma, std } from './smoothing.ts';
import { fadingBars, type BarSeries, type IndicatorColumns } from './series.ts';

/** MA5, MA10, …: simple mean of closes. */
export function movingAverage(bars: BarSeries, n: number): IndicatorColumns {
  return { columns: { [`MA${n}`]: ma(bars.close, n) }, stableFrom: n - 1 };
}

/** EMA12, …: exponential mean of closes. */
export function exponentialAverage(bars: BarSeries, n: number): IndicatorColumns {
  return { columns: { [`EMA${n}`]: ema(bars.close, n) }, stableFrom: fadingBars(2 / (n + 1)) };
}

/** MACD(12, 26, 9): DIF = EMA12 − EMA26, DEA = EMA(DIF, 9), and the bar is twice their difference. */
export function macd(bars: BarSeries): IndicatorColumns {
  const fast = ema(bars.close, 12);
  const slow = ema(bars.close, 26);
  const dif = fast.map((value, index) => value - (slow[index] ?? Number.NaN));
  const dea = ema(dif, 9);
  const bar = dif.map((value, index) => (value - (dea[index] ?? Number.NaN)) * 2);
  return { columns: { DIF: dif, DEA: dea, MACD: bar }, stableFrom: fadingBars(2 / 27) + fadingBars(2 / 10) };
}

/**
 * RSI6, …: SMA(MAX(C − LC, 0), n, 1) / SMA(ABS(C − LC), n, 1) × 100, from the second bar on. Without any move so far
 * there is no value.
 */
export function rsi(bars: BarSeries, n: number): IndicatorColumns {
  const change = bars.close.map((value, index) => value - (bars.close[index - 1] ?? Number.NaN));
  const gain = sma(
    change.map((value) => Math.max(value, 0)),
    n,
    1,
  );
  const move = sma(change.map(Math.abs), n, 1);
  const values = gain.map((value, index) => {
    const total = move[index] ?? Number.NaN;
    return total === 0 ? Number.NaN : (value / total) * 100;
  });
  return { columns: { [`RSI${n}`]: values }, stableFrom: fadingBars(1 / n) + 1 };
}

/**
 * KDJ(9, 3, 3): RSV = (C − LLV9) / (HHV9 − LLV9) × 100, K = SMA(RSV, 3, 1), D = SMA(K, 3, 1), J = 3K − 2D; J may
 * leave 0 to 100. Where high and low of nine bars are one price the previous RSV is kept, 50 when there is none.
 */
export function kdj(bars: BarSeries): IndicatorColumns {
  const high = hhv(bars.high, 9);
  const low = llv(bars.low, 9);
  let previous = 50;
  const rsv = bars.close.map((close, index) => {
    const floor = low[index] ?? Number.NaN;
    const range = (high[index] ?? Number.NaN) - floor;
    if (range !== 0) previous = ((close - floor) / range) * 100;
    return previous;
  });
  const k = sma(rsv, 3, 1);
  const d = sma(k, 3, 1);
  const j = k.map((value, index) => 3 * value - 2 * (d[index] ?? Number.NaN));
  return { columns: { K: k, D: d, J: j }, stableFrom: 8 + 2 * fadingBars(1 / 3) };
}

/** BOLL(20, 2): MA20 and two sample standard deviations (n − 1) above and below, as the terminals' STD does it. */
export function boll(bars: BarSeries): IndicatorColumns {
  const middle = ma(bars.close, 20);
  const deviation = std(bars.close, 20);
  const at = (sign: number): Float64Array =>
    middle.map((value, index) => value + sign * 2 * (deviation[index] ?? Number.NaN));
  return { columns: { BOLL: middle, BOLL_UP: at(1), BOLL_LOW: at(-1) }, stableFrom: 19 };
}
