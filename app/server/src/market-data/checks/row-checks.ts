import type { Board } from '../../common/market/symbol.ts';
import type { Bar } from '../provider.ts';
import type { AnswerContext } from './context.ts';
import type { Verdict } from './finding.ts';

/**
 * The average price amount/volume must lie between low and high. Sources round the amount (to 1,000 yuan in the
 * early 1990s), hence an absolute and a relative allowance.
 */
const AMOUNT_ROUNDING_YUAN = 1_000;
const AMOUNT_RELATIVE_TOLERANCE = 0.01;

/** Boards whose tick is 0.01 yuan; indices, B-shares and funds have finer ones. */
const CENT_BOARDS: ReadonlySet<Board> = new Set<Board>(['main', 'chinext', 'star', 'bse']);

// A market has a million bars, so a check allocates nothing before it has found something.
const PRICES = ['open', 'high', 'low', 'close'] as const;
type Price = (typeof PRICES)[number];

const isPrice = (value: number): boolean => value > 0 && value < Number.POSITIVE_INFINITY;
/** Whole cents but for the noise of binary: 9.41 x 100 is 941.0000000000001. */
const isWholeCents = (value: number): boolean => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6;

function firstPrice(bar: Bar, bad: (value: number) => boolean): readonly [Price, number] | undefined {
  const name = PRICES.find((each) => bad(bar[each]));
  return name && [name, bar[name]];
}

/** Named checks, tried in this order; the first that finds something rejects the row. */
const rejections: readonly ((bar: Bar, context: AnswerContext) => Verdict)[] = [
  function nonPositivePrice(bar) {
    if (isPrice(bar.open) && isPrice(bar.high) && isPrice(bar.low) && isPrice(bar.close)) return undefined;
    const bad = firstPrice(bar, (value) => !isPrice(value));
    return bad && { reason: 'non_positive_price', detail: `${bad[0]} is ${bad[1]}` };
  },
  function highAndLowOrder({ open, high, low, close }) {
    if (high < low) return { reason: 'high_low_order', detail: `high ${high} is below low ${low}` };
    if (open > high) return { reason: 'high_low_order', detail: `open ${open} is above high ${high}` };
    if (close > high) return { reason: 'high_low_order', detail: `close ${close} is above high ${high}` };
    if (open < low) return { reason: 'high_low_order', detail: `open ${open} is below low ${low}` };
    if (close < low) return { reason: 'high_low_order', detail: `close ${close} is below low ${low}` };
    return undefined;
  },
  function fractionOfACent(bar, { board }) {
    if (!CENT_BOARDS.has(board)) return undefined;
    const { open, high, low, close } = bar;
    if (isWholeCents(open) && isWholeCents(high) && isWholeCents(low) && isWholeCents(close))
      return undefined;
    const bad = firstPrice(bar, (value) => !isWholeCents(value));
    return bad && { reason: 'fraction_of_a_cent', detail: `${bad[0]} is ${bad[1]}, the tick is 0.01 yuan` };
  },
  function impossibleVolume(bar) {
    if (Number.isSafeInteger(bar.volume) && bar.volume >= 0) return undefined;
    return { reason: 'impossible_volume', detail: `volume is ${bar.volume} shares` };
  },
  function impossibleAmount(bar) {
    if (Number.isFinite(bar.amount) && bar.amount >= 0) return undefined;
    return { reason: 'impossible_amount', detail: `amount is ${bar.amount} yuan` };
  },
  function notATradingDay(bar, { calendar }) {
    if (calendar?.dayStatus(bar.date) !== 'closed') return undefined;
    return { reason: 'not_a_trading_day', detail: `the exchange was closed on ${bar.date}` };
  },
  function afterTheClock(bar, { clock }) {
    if (clock === undefined || bar.date <= clock.date) return undefined;
    return {
      reason: 'after_the_clock',
      detail: `${bar.date} is later than ${clock.date}, the source's last day`,
    };
  },
];

/** Named remarks; the bar stays, and says what to distrust. */
const remarks: readonly ((bar: Bar, context: AnswerContext) => Verdict)[] = [
  function turnoverMissing(bar, { interval }) {
    if (bar.volume > 0 && bar.amount > 0) return undefined;
    // A thin share has minutes without a trade, which its source fills with the price before.
    if (interval === 'minute' && bar.volume === 0 && bar.amount === 0) return undefined;
    return {
      reason: 'turnover_missing',
      detail: `volume ${bar.volume} shares, amount ${bar.amount} yuan with prices`,
    };
  },
  function averagePrice(bar, { kind }) {
    // An index has no price per share, so only stocks can be held to this.
    if (kind !== 'stock' || bar.volume === 0 || bar.amount === 0) return undefined;
    const least = bar.low * bar.volume * (1 - AMOUNT_RELATIVE_TOLERANCE) - AMOUNT_ROUNDING_YUAN;
    const most = bar.high * bar.volume * (1 + AMOUNT_RELATIVE_TOLERANCE) + AMOUNT_ROUNDING_YUAN;
    if (bar.amount >= least && bar.amount <= most) return undefined;
    const average = (bar.amount / bar.volume).toFixed(2);
    return {
      reason: 'average_price_out_of_range',
      detail: `amount/volume is ${average}, the day traded from ${bar.low} to ${bar.high}`,
    };
  },
  function partialBar(bar, { clock }) {
    if (clock === undefined || clock.final || bar.date !== clock.date) return undefined;
    return { reason: 'partial_bar', detail: `${bar.date} is still trading, the bar is not final` };
  },
];

/** Why a bar is impossible; the first reason counts. */
export function rejectionOf(bar: Bar, context: AnswerContext): Verdict {
  for (const check of rejections) {
    const verdict = check(bar, context);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

/** All remarks on a bar that is possible are added to `found`. */
export function remarkOn(bar: Bar, context: AnswerContext, found: NonNullable<Verdict>[]): void {
  for (const remark of remarks) {
    const verdict = remark(bar, context);
    if (verdict !== undefined) found.push(verdict);
  }
}
