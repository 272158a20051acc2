import type { Bar } from '../provider.ts';
import type { FactorStep, FactorsUnknown, KnownFactors } from './factors.ts';

/** As traded, forward-adjusted (前复权) or backward-adjusted (后复权). */
export type AdjustmentMode = 'none' | 'qfq' | 'hfq';

/** Every bar of it by the same steps and the same anchor: bars of two such series must never be joined. */
export interface AdjustedSeries {
  readonly kind: 'adjusted';
  readonly mode: AdjustmentMode;
  /**
   * The date whose prices are as they were paid. qfq: the last bar, so that a new ex-date changes the whole series;
   * hfq: the first date with known factors, so that it never changes what is there. none: every date is its own.
   */
  readonly anchor: string | undefined;
  readonly bars: readonly Bar[];
}

export interface AdjustOptions {
  /** The last date whose ex-rights count in qfq; the last bar unless given, for a window of a longer series. */
  readonly asOf?: string;
  /**
   * `split-adjusted`: in shares of the anchor, no integers any more, and amounts as if they had been paid at the
   * adjusted prices: amount / volume lies within each bar. For indicators. Default: both as traded.
   */
  readonly volumes?: 'as-traded' | 'split-adjusted';
}

interface Multiplier {
  readonly price: number;
  readonly volume: number;
}

/** What to multiply the prices of each bar with: the product of all steps after it, up to `asOf`. */
function forward(bars: readonly Bar[], steps: readonly FactorStep[], asOf: string): Multiplier[] {
  const effective = steps.filter((step) => step.exDate <= asOf);
  let [price, volume, next] = [1, 1, effective.length - 1];
  const reversed = bars.toReversed().map((bar) => {
    for (let step = effective[next]; step !== undefined && step.exDate > bar.date; step = effective[--next]) {
      price *= step.factor;
      volume *= step.shareRatio;
    }
    return { price, volume };
  });
  return reversed.toReversed();
}

/** The inverse of the product of all steps after `anchor` up to each bar; those before it are in its prices already. */
function backward(bars: readonly Bar[], steps: readonly FactorStep[], anchor: string): Multiplier[] {
  const effective = steps.filter((step) => step.exDate > anchor);
  let [price, volume, next] = [1, 1, 0];
  return bars.map((bar) => {
    for (
      let step = effective[next];
      step !== undefined && step.exDate <= bar.date;
      step = effective[++next]
    ) {
      price /= step.factor;
      volume /= step.shareRatio;
    }
    return { price, volume };
  });
}

function scale(bar: Bar, by: Multiplier, volumes: AdjustOptions['volumes']): Bar {
  const isAdjusted = volumes === 'split-adjusted';
  return {
    date: bar.date,
    open: bar.open * by.price,
    high: bar.high * by.price,
    low: bar.low * by.price,
    close: bar.close * by.price,
    volume: isAdjusted ? bar.volume * by.volume : bar.volume,
    amount: isAdjusted ? bar.amount * by.price * by.volume : bar.amount,
  };
}

/**
 * Adjusts raw daily bars by ratio: all four prices by one multiplier per day, so that returns stay what a holder had.
 * Prices are float64 and not rounded. Volumes and amounts follow the option. Weekly and monthly bars are made of the
 * result.
 * @param bars raw, ascending
 * @returns FactorsUnknown when a bar lies outside of the dates for which all actions are known: it cannot be adjusted,
 *   and a series that is adjusted in part would be wrong without showing it. Mode `none` needs no factors.
 */
export function adjust(
  bars: readonly Bar[],
  factors: KnownFactors | FactorsUnknown,
  mode: AdjustmentMode,
  options: AdjustOptions = {},
): AdjustedSeries | FactorsUnknown {
  const [first, last] = [bars[0], bars.at(-1)];
  if (mode === 'none' || first === undefined || last === undefined)
    return { kind: 'adjusted', mode, anchor: undefined, bars };
  if (factors.kind === 'unknown') return factors;
  const { knownFrom, knownUntil, steps } = factors;
  const asOf = options.asOf ?? last.date;
  const until = mode === 'qfq' && asOf > last.date ? asOf : last.date;
  if (first.date < knownFrom || until > knownUntil) return { kind: 'unknown', knownFrom, knownUntil };
  if (asOf < last.date) throw new RangeError(`asOf ${asOf} is before the last bar ${last.date}`);
  const multipliers = mode === 'qfq' ? forward(bars, steps, asOf) : backward(bars, steps, knownFrom);
  return {
    kind: 'adjusted',
    mode,
    anchor: mode === 'qfq' ? asOf : knownFrom,
    bars: bars.map((bar, index) =>
      scale(bar, multipliers[index] ?? { price: 1, volume: 1 }, options.volumes),
    ),
  };
}
