import { CorporateActionError, exRightsReference } from '../adjustment/corporate-action.ts';
import type { Bar, CorporateAction } from '../provider.ts';
import type { AnswerContext } from './context.ts';
import type { Disposition, Verdict } from './finding.ts';
import { limitPrices, type LimitQuestion, type PriceLimit, priceLimit } from './price-limits.ts';

type Close = Pick<Bar, 'date' | 'close'>;

export interface Judgement {
  readonly disposition: Disposition;
  readonly verdict: NonNullable<Verdict>;
}

/** More than any composite can move while its members are limited: 10 %, since 2020-08-24 20 % on ChiNext. */
const INDEX_LIMITED_FROM = '1996-12-16';
const INDEX_PERCENT = (date: string): number => (date >= '2020-08-24' ? 20 : 10);

/** The smallest limit that any share has had is 5 %: nine bars of ten need no look at the rules. */
const SURELY_ALLOWED = 0.04;

/** What stands before a bar in its series. */
export interface Place {
  readonly previous: Close;
  /** The last bar before it that was taken, where that is another. */
  readonly taken: Close | undefined;
  /** 1 for the first bar of the answer, and its date. */
  readonly position: number;
  readonly first: string;
}

/**
 * Which session since its listing a share is in, as far as known. An answer without a day of listing and without an
 * older bar may begin with the listing, so its first sessions are taken for that: what is not limited is not judged.
 */
function listing(
  date: string,
  place: Place,
  context: AnswerContext,
): Pick<LimitQuestion, 'listedOn' | 'session'> {
  const { calendar, listedOn } = context;
  if (listedOn !== undefined) return { listedOn, session: calendar?.countTradingDays(listedOn, date) };
  return context.previous === undefined ? { listedOn: place.first, session: place.position } : {};
}

function limitOf(bar: Bar, place: Place, context: AnswerContext): PriceLimit {
  const { board, riskWarning } = context;
  return priceLimit({ board, date: bar.date, riskWarning, ...listing(bar.date, place, context) });
}

function actionsBetween(
  previous: Close,
  date: string,
  { actions }: AnswerContext,
): readonly CorporateAction[] {
  if (actions === undefined || actions === 'unknown' || actions.actions.length === 0) return [];
  return actions.actions.filter(({ exDate }) => exDate > previous.date && exDate <= date);
}

/** Whether every corporate action since the bar before is known, so that a move beyond the limit has no excuse. */
function actionsKnown(previous: Close, date: string, { actions }: AnswerContext): boolean {
  if (actions === undefined || actions === 'unknown') return false;
  return previous.date >= actions.completeFrom && date <= actions.completeUntil;
}

function beyond(bar: Bar, previous: Close, place: Place, context: AnswerContext): Verdict {
  const between = actionsBetween(previous, bar.date, context);
  const margin = previous.close * SURELY_ALLOWED;
  if (between.length === 0 && bar.low >= previous.close - margin && bar.high <= previous.close + margin)
    return undefined;
  const limit = limitOf(bar, place, context);
  // Without a reference price there is nothing that a limit could be counted from.
  if (limit.kind !== 'percent' || between.some((action) => !action.adjustsPrice)) return undefined;
  const reference = referenceAfter(previous.close, between);
  if (typeof reference !== 'number') return reference;
  const { lower, upper } = limitPrices(reference, limit.percent);
  if (bar.low >= lower && bar.high <= upper) return undefined;
  return {
    reason: 'beyond_price_limit',
    detail: `traded from ${bar.low} to ${bar.high}, allowed were ${lower} to ${upper} (${limit.percent} % of ${reference})`,
  };
}

/** The price that the limit is counted from; a verdict where the terms of an action cannot be those of this share. */
function referenceAfter(close: number, actions: readonly CorporateAction[]): number | NonNullable<Verdict> {
  try {
    return actions.reduce(exRightsReference, close);
  } catch (error) {
    if (error instanceof CorporateActionError)
      return { reason: 'impossible_corporate_action', detail: error.message };
    throw error;
  }
}

function indexJump(bar: Bar, previous: Close): Judgement | undefined {
  const percent = INDEX_PERCENT(bar.date);
  const change = (bar.close / previous.close - 1) * 100;
  if (previous.date < INDEX_LIMITED_FROM || Math.abs(change) <= percent) return undefined;
  return {
    disposition: 'flagged',
    verdict: {
      reason: 'index_jump',
      detail: `moved ${change.toFixed(1)} % from ${previous.close}, its members are limited to ${percent} %`,
    },
  };
}

/**
 * Judges a bar by the one before it. A row that follows a wrong one must not suffer for it: it is compared with the last
 * bar that was taken, too, and one that fits either fits.
 */
export function judgeMove(bar: Bar, place: Place, context: AnswerContext): Judgement | undefined {
  const { previous, taken } = place;
  if (context.kind === 'index') return indexJump(bar, previous);
  if (context.actions === undefined) return undefined;
  const verdict = beyond(bar, previous, place, context);
  if (verdict === undefined) return undefined;
  if (taken !== undefined && beyond(bar, taken, place, context) === undefined) return undefined;
  return { disposition: actionsKnown(previous, bar.date, context) ? 'held' : 'flagged', verdict };
}
