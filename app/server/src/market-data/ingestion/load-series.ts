import { addDays } from '../../common/market/civil-date.ts';
import { exchangeTime } from '../calendar/sessions.ts';
import type { DateRange, SourceRow } from '../provider.ts';
import { SourceError } from '../source-error.ts';
import { lastBarBefore } from '../store/daily-bars.ts';
import { storedSymbols } from '../store/symbols.ts';
import { type CheckFacts, checkContextOf } from './check-context.ts';
import { fromSource } from './failure.ts';
import { listedHalts } from './halts.ts';
import { judgeDaily } from './judge.ts';
import { type Answered, readSymbols, rethrowPause } from './reading.ts';
import { type Run, RunPaused } from './run.ts';
import { type JudgedSeries, type KnownActions, SeriesWriter } from './series-writer.ts';

/**
 * Corporate actions of a symbol: undefined where the source does not offer them or they cannot be read now (what is
 * stored holds), null where it cannot tell (the symbol then has no factors).
 */
async function readActions(run: Run, symbol: string): Promise<KnownActions | null | undefined> {
  const { provider, signal } = run;
  if (!provider.offers.has('corporateActions')) return undefined;
  try {
    const what = `the corporate actions of ${symbol}`;
    const answer = await fromSource(what, provider.corporateActions(symbol, signal));
    if (answer.outcome === 'empty') return null;
    const { completeFrom: from, completeUntil, actions: unordered } = answer.value;
    const actions = unordered.toSorted((one, other) => (one.exDate < other.exDate ? -1 : 1));
    return {
      origin: answer.origin,
      from,
      until: completeUntil ?? exchangeTime(answer.fetchedAt).date,
      actions,
    };
  } catch (error) {
    if (!(error instanceof SourceError) || signal.aborted) throw error;
    rethrowPause(error);
    run.logFailure(error);
    run.warn(error.message);
    return undefined;
  }
}

export interface Wanted {
  readonly symbol: string;
  readonly range?: DateRange;
  /** A day whose prices say that it is an ex-date; actions without it are known up to the day before only. */
  readonly exDate?: string | undefined;
}

/** A source may know of an ex-date by its prices before it lists the action. */
function withEvidence(run: Run, wanted: Wanted, actions: KnownActions): KnownActions {
  const { symbol, exDate } = wanted;
  if (exDate === undefined || actions.actions.some((action) => action.exDate === exDate)) return actions;
  run.warn(`${symbol} is traded without a right since ${exDate}, and the source does not list it yet`);
  return { ...actions, until: addDays(exDate, -1) };
}

async function judgeAnswer(
  run: Run,
  wanted: Wanted,
  { stored, halts }: Pick<CheckFacts, 'stored' | 'halts'>,
  answer: Answered<readonly SourceRow[]>['answer'],
): Promise<JudgedSeries> {
  const { symbol, range: { from } = {} } = wanted;
  const { database, provider } = run;
  const known = await readActions(run, symbol);
  const actions = known ? withEvidence(run, wanted, known) : known;
  const previous =
    from === undefined ? undefined : await lastBarBefore(database, { source: provider.source, symbol }, from);
  const { origin, value } = answer;
  const rows = judgeDaily(
    { symbol, origin },
    value,
    checkContextOf(run, { symbol, stored, halts, actions, from, previous }),
  );
  return { symbol, origin, rows, from, actions };
}

/**
 * Reads daily rows and actions of these symbols, judges and writes them.
 * @throws RunPaused, AbortError; the database's own errors
 */
export async function loadSeries(run: Run, wanted: readonly Wanted[]): Promise<void> {
  const { database, provider, signal } = run;
  const bySymbol = new Map(wanted.map((one) => [one.symbol, one]));
  const symbols = [...bySymbol.keys()];
  const stored = new Map(
    (await storedSymbols(database, provider.source, symbols)).map((one) => [one.symbol, one]),
  );
  const listed = await listedHalts(database, run, symbols);
  const writer = new SeriesWriter(run);
  try {
    const answers = readSymbols(run, symbols, (symbol) => {
      const { range = {} } = bySymbol.get(symbol) ?? {};
      return fromSource(`the daily rows of ${symbol}`, provider.dailyRows(symbol, range, signal));
    });
    for await (const { symbol, answer } of answers) {
      const one = bySymbol.get(symbol) ?? { symbol };
      const known = { stored: stored.get(symbol), halts: listed?.(symbol) };
      await writer.add(await judgeAnswer(run, one, known, answer));
    }
    await writer.end();
  } catch (error) {
    // What was read before a pause is stored; after anything else the transaction on its way still ends.
    if (error instanceof RunPaused) await writer.end();
    else await writer.settle();
    throw error;
  }
}
