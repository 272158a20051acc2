import type { CorporateAction } from '../provider.ts';
import { exRightsReference, shareRatio } from './corporate-action.ts';

/**
 * Corporate actions of one share, and the span of dates in which there were no others. Of a source that is asked day by
 * day it ends with the day on which it was asked.
 */
export interface ActionHistory {
  readonly completeFrom: string;
  readonly completeUntil: string;
  /** Ascending by ex-date. */
  readonly actions: readonly CorporateAction[];
}

/** What one ex-date does: older prices x `factor` are comparable with newer ones, older volumes x `shareRatio`. */
export interface FactorStep {
  readonly exDate: string;
  readonly previousClose: number;
  readonly reference: number;
  readonly factor: number;
  readonly shareRatio: number;
}

/** All steps of a share between two dates, both included. */
export interface KnownFactors {
  readonly kind: 'known';
  readonly knownFrom: string;
  readonly knownUntil: string;
  readonly steps: readonly FactorStep[];
}

/** The share has no factors, or none for all of the dates that were asked for; whoever asks must say so to the reader. */
export interface FactorsUnknown {
  readonly kind: 'unknown';
  /** Where they would be known; undefined: nowhere. */
  readonly knownFrom: string | undefined;
  readonly knownUntil: string | undefined;
}

export const NO_FACTORS: FactorsUnknown = { kind: 'unknown', knownFrom: undefined, knownUntil: undefined };

interface Close {
  readonly date: string;
  readonly close: number;
}

/** The close that holds before `date`; undefined before the first bar. */
function closeBefore(bars: readonly Close[], date: string): Close | undefined {
  return bars.findLast((bar) => bar.date < date);
}

/**
 * Factors of a share from the terms of its actions and its own raw closes: `reference / previous close`, with the
 * reference as the exchange rounds and publishes it. So the adjusted return of an ex-date is the change that the
 * exchange itself reports for the day and limits to 10 %; an unrounded reference would differ from it by up to half a
 * cent. Nothing is ever read from the gap between two bars.
 *
 * Where a share was halted over several ex-dates, each goes on from the reference of the one before.
 * @param bars raw daily bars, ascending; actions outside of them take no effect on them and are left out
 * @throws CorporateActionError when the terms do not fit the price
 */
export function computeFactors(history: ActionHistory, bars: readonly Close[]): KnownFactors {
  const lastDate = bars.at(-1)?.date ?? '';
  const steps: FactorStep[] = [];
  let from: Close | undefined;
  for (const action of history.actions) {
    const effective = action.adjustsPrice && action.exDate <= lastDate;
    const before = effective ? closeBefore(bars, action.exDate) : undefined;
    if (before === undefined) continue;
    const previousClose = before === from ? (steps.at(-1)?.reference ?? before.close) : before.close;
    from = before;
    const reference = exRightsReference(previousClose, action);
    steps.push({
      exDate: action.exDate,
      previousClose,
      reference,
      factor: reference / previousClose,
      shareRatio: shareRatio(previousClose, action),
    });
  }
  return { kind: 'known', knownFrom: history.completeFrom, knownUntil: history.completeUntil, steps };
}
