import { boardOf, kindOf } from '../../common/market/symbol.ts';
import { isSpecialTreatment } from '../../common/market/special-treatment.ts';
import type { TradingCalendar } from '../calendar/trading-calendar.ts';
import type { Bar, Quote } from '../provider.ts';
import { answerContext } from './context.ts';
import type { Disposition, Verdict } from './finding.ts';
import { limitPrices, priceLimit } from './price-limits.ts';
import { rejectionOf } from './row-checks.ts';
import { swappedUnits } from './units.ts';

/** What is known beside one quote. */
export interface QuoteContext {
  /** Day of the quotes. */
  readonly date: string;
  readonly calendar?: TradingCalendar;
  /** Day of listing, or the first day of which a bar is stored; undefined: it may be in its first sessions, and is not limited. */
  readonly since: string | undefined;
}

export interface QuoteJudgement {
  readonly disposition: Exclude<Disposition, 'held'>;
  readonly verdict: NonNullable<Verdict>;
}

/**
 * Names that the exchanges give for days without a limit: N on the first, C on the next four (trading rules of both,
 * 2023), and 退 in the delisting period, whose first day has none.
 */
const UNLIMITED_NAME = /^[NC]\p{Script=Han}|退/u;
/** Lots are rounded: of fewer shares than this the average price says nothing. */
const LEAST_SHARES = 10_000;

/** The quote as a bar; what it lacks is taken from what it has, so that only what it says is judged. */
function barOf({ last, open, high, low, previousClose, volume, amount }: Quote, date: string): Bar {
  const known = [last, open, high, low].filter((price) => price !== undefined);
  const any = known[0] ?? (previousClose === undefined || previousClose === 0 ? 1 : previousClose);
  return {
    date,
    open: open ?? last ?? any,
    close: last ?? open ?? any,
    high: high ?? Math.max(any, ...known),
    low: low ?? Math.min(any, ...known),
    volume: volume ?? 0,
    amount: amount ?? 0,
  };
}

function beyondLimit(quote: Quote, bar: Bar, context: QuoteContext): Verdict {
  const { symbol, name, previousClose } = quote;
  const { date, calendar, since } = context;
  if (since === undefined || previousClose === undefined || previousClose <= 0) return undefined;
  if (UNLIMITED_NAME.test(name)) return undefined;
  const limit = priceLimit({
    board: boardOf(symbol),
    date,
    riskWarning: isSpecialTreatment(name),
    listedOn: since,
    session: calendar?.countTradingDays(since, date),
  });
  if (limit.kind !== 'percent') return undefined;
  const { lower, upper } = limitPrices(previousClose, limit.percent);
  if (bar.low >= lower && bar.high <= upper) return undefined;
  return {
    reason: 'beyond_price_limit',
    detail: `traded from ${bar.low} to ${bar.high}, allowed were ${lower} to ${upper} (${limit.percent} % of ${previousClose})`,
  };
}

/**
 * Judges one quote of a snapshot by what holds for every bar, and by the limit that is counted from its own previous
 * close. A quote lives for half an hour, so none waits for a person: it is shown, or it is not.
 */
export function judgeQuote(quote: Quote, context: QuoteContext): QuoteJudgement | undefined {
  const { symbol, previousClose } = quote;
  const bar = barOf(quote, context.date);
  const { calendar } = context;
  const impossible =
    rejectionOf(bar, answerContext({ symbol, ...(calendar === undefined ? {} : { calendar }) })) ??
    (previousClose !== undefined && previousClose < 0
      ? { reason: 'non_positive_price', detail: `previous close is ${previousClose}` }
      : beyondLimit(quote, bar, context));
  if (impossible !== undefined) return { disposition: 'rejected', verdict: impossible };
  const units = bar.volume < LEAST_SHARES ? undefined : swappedUnits([bar], { kind: kindOf(symbol) });
  return units && { disposition: 'flagged', verdict: units };
}
