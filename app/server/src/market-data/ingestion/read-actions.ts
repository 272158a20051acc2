import { addDays } from '../../common/market/civil-date.ts';
import { kindOf } from '../../common/market/symbol.ts';
import { exchangeTime } from '../calendar/sessions.ts';
import { rightsGap } from '../checks/rights-gap.ts';
import { isFrozen } from '../market-data-source.ts';
import type { Bar } from '../provider.ts';
import { SourceError } from '../source-error.ts';
import { readPricesBefore } from '../store/daily-bars.ts';
import { readCorporateActions } from '../store/reference.ts';
import { unlistedExDates } from '../store/seen-ex-dates.ts';
import type { StoredSymbol } from '../store/symbols.ts';
import { fromSource } from './failure.ts';
import { waitForBudget } from './reading.ts';
import type { Run } from './run.ts';
import type { KnownActions, ShownByQuote } from './series-factors.ts';

/** A correction moves an ex-date by no more. */
const CORRECTED_BY_DAYS = 31;

/** What is at hand of a symbol when its actions are asked for. */
export interface ActionsQuestion {
  readonly symbol: string;
  readonly stored: StoredSymbol | undefined;
  readonly shown: ShownByQuote | undefined;
  /** Rows that were read, and the first date that was asked for; undefined: the whole history. */
  readonly bars: readonly Bar[];
  readonly from: string | undefined;
}

/**
 * Corporate actions of a symbol as far as they can be believed: undefined where the source does not offer them or they
 * cannot be read now (what is stored holds, and the next refresh asks again), null where it cannot tell (the symbol
 * then has no factors).
 * @throws RunPaused where the budget is used up; AbortError
 */
export async function readActions(
  run: Run,
  question: ActionsQuestion,
): Promise<KnownActions | null | undefined> {
  const answer = await askActions(run, question.symbol);
  if (!answer) return answer;
  if (await isCut(run, question.symbol, answer)) return undefined;
  if (answer.actions.length === 0 && (await isContradicted(run, question))) return null;
  return endedByEvidence(run, question, answer);
}

async function askActions(run: Run, symbol: string): Promise<KnownActions | null | undefined> {
  const { provider, signal } = run;
  if (!provider.offers.has('corporateActions')) return undefined;
  try {
    const what = `the corporate actions of ${symbol}`;
    const answer = await fromSource(what, provider.corporateActions(symbol, signal));
    if (answer.outcome === 'empty') return null;
    const { completeFrom: from, completeUntil, actions: unordered } = answer.value;
    const actions = unordered.toSorted((one, other) => (one.exDate < other.exDate ? -1 : 1));
    const until = completeUntil ?? exchangeTime(answer.fetchedAt).date;
    return { origin: answer.origin, from, until, actions };
  } catch (error) {
    if (!(error instanceof SourceError) || signal.aborted) throw error;
    waitForBudget(error);
    // While they rest no bar waits for them, and thousands of symbols need no warning each.
    if (error.failure === 'resting')
      run.warn(
        'corporate actions could not be asked for while their source rests; the next refresh asks for what is missing',
      );
    else {
      run.logFailure(error);
      run.warn(error.message);
    }
    return undefined;
  }
}

/**
 * Whether the answer lacks past ex-dates that are stored. What went into prices cannot be taken back, so it is half an
 * answer, or a page without its table; a date that was corrected is still near.
 */
async function isCut(run: Run, symbol: string, { actions, until }: KnownActions): Promise<boolean> {
  const { source } = run.provider;
  if (isFrozen(source)) return false;
  const stored = await readCorporateActions(run.database, { source, symbol });
  const missing = stored
    .map(({ exDate }) => exDate)
    .filter((date) => date <= until && !actions.some(({ exDate }) => isNear(exDate, date)));
  if (missing.length === 0) return false;
  run.warn(
    `the source no longer lists the corporate actions of ${symbol} of ${missing.join(', ')}; its answer is not believed, and the next refresh asks again`,
  );
  return true;
}

const isNear = (one: string, other: string): boolean =>
  one >= addDays(other, -CORRECTED_BY_DAYS) && one <= addDays(other, CORRECTED_BY_DAYS);

/** Whether prices show that an empty list is not all, of a share of which none was ever known. */
async function isContradicted(run: Run, { symbol, stored, bars, from }: ActionsQuestion): Promise<boolean> {
  if (kindOf(symbol) !== 'stock' || stored?.factorsKnownUntil != null) return false;
  const key = { source: run.provider.source, symbol };
  const older = from === undefined ? [] : await readPricesBefore(run.database, key, from);
  const gap = rightsGap(symbol, [...older, ...bars]);
  if (gap === undefined) return false;
  run.warn(
    `the source lists no corporate action of ${symbol}, whose prices show one on ${gap}; it has no factors`,
  );
  return true;
}

/** A source may show an ex-date by its prices before it lists the action; until then it is known up to the day before. */
async function endedByEvidence(
  run: Run,
  { symbol, shown }: ActionsQuestion,
  answer: KnownActions,
): Promise<KnownActions> {
  const seen = [...(await unlistedExDates(run.database, run.provider.source, [symbol]))];
  if (shown?.reference !== undefined) seen.push({ symbol, after: shown.after, exDate: shown.day });
  const [first] = seen
    .filter(({ after, exDate: day }) => !answer.actions.some(({ exDate }) => exDate > after && exDate <= day))
    .map(({ exDate }) => exDate)
    .toSorted();
  if (first === undefined || first > answer.until) return answer;
  run.warn(`${symbol} is traded without a right since ${first}, and the source does not list it yet`);
  return { ...answer, until: addDays(first, -1) };
}
