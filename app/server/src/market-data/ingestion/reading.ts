import type { Fetched } from '../provider.ts';
import { SourceError, type SourceFailure } from '../source-error.ts';
import { finishedSymbols, recordOutcome } from '../store/progress.ts';
import { fromSource } from './failure.ts';
import { type Run, RunPaused } from './run.ts';

/** So many failures in a row of the upstream itself are a ban or an outage: going on would only prolong it. */
const REFUSED_IN_A_ROW = 5;
const REFUSALS: ReadonlySet<SourceFailure> = new Set(['unreachable', 'timeout', 'upstream_failed']);

export interface Answered<Value> {
  readonly symbol: string;
  readonly answer: Fetched<Value> & { readonly outcome: 'data' };
}

/** @throws RunPaused where nothing was sent because the own budget is used up, which is a matter of moments */
export function waitForBudget(error: SourceError): void {
  if (error.failure === 'over_budget') throw new RunPaused('budget', error);
}

/** The upstream's own failure, which the same question may not meet later. */
export function isRefusal(error: unknown): error is SourceError {
  return error instanceof SourceError && REFUSALS.has(error.failure);
}

/**
 * What becomes of a run that cannot do without what could not be read.
 * @returns undefined where waiting does not help
 */
export function asPause(error: unknown): RunPaused | undefined {
  if (error instanceof RunPaused) return error;
  if (!(error instanceof SourceError)) return undefined;
  if (error.failure === 'over_budget') return new RunPaused('budget', error);
  return error.failure === 'resting' || isRefusal(error) ? new RunPaused('resting', error) : undefined;
}

/** @throws RunPaused for what is no failure of the symbol: nothing was sent */
function rethrowPause(error: SourceError): void {
  waitForBudget(error);
  if (error.failure === 'resting') throw new RunPaused('resting', error);
}

/**
 * Asks the source for one symbol after the other. What has nothing or cannot be read is recorded with its reason and
 * stops nobody else; what an earlier attempt finished is not asked for again.
 * @param ask throws SourceError where the source fails; anything else ends the run's attempt
 * @throws RunPaused when the source rests or refuses everything, or the turn has ended; AbortError
 */
export async function* readSymbols<Value>(
  run: Run,
  symbols: readonly string[],
  ask: (symbol: string) => Promise<Fetched<Value>>,
): AsyncGenerator<Answered<Value>> {
  const finished = await finishedSymbols(run.database, run.runId);
  let refused = 0;
  for (const symbol of symbols.filter((candidate) => !finished.has(candidate))) {
    run.signal.throwIfAborted();
    if (run.now() >= run.turnEnds) throw new RunPaused('turn');
    const answer = await askOne(run, symbol, ask(symbol));
    if (answer instanceof SourceError) {
      refused = isRefusal(answer) ? refused + 1 : 0;
      if (refused >= REFUSED_IN_A_ROW) throw new RunPaused('resting', answer);
      continue;
    }
    refused = 0;
    if (answer.outcome === 'data') yield { symbol, answer };
  }
}

/** The answer, recorded where it ends the symbol's part in the run; a failure of the source is returned. */
async function askOne<Value>(
  run: Run,
  symbol: string,
  asked: Promise<Fetched<Value>>,
): Promise<Fetched<Value> | SourceError> {
  try {
    const answer = await asked;
    if (answer.outcome === 'empty') {
      const { origin, reason: detail } = answer;
      await recordOutcome(run.database, run.runId, { symbol, outcome: 'empty', origin, detail });
    }
    return answer;
  } catch (error) {
    if (!(error instanceof SourceError) || run.signal.aborted) throw error;
    rethrowPause(error);
    run.logFailure(error);
    await recordOutcome(run.database, run.runId, { symbol, outcome: 'failed', detail: error.message });
    return error;
  }
}

/**
 * One question about the whole market, or about what a run can do without: undefined when the source does not offer
 * it, has nothing or cannot be read; the run's warnings say which.
 * @param waits the run has nothing else to do and waits while the source rests; else it goes on without
 * @throws RunPaused, AbortError
 */
export async function readIfPossible<Value>(
  run: Run,
  what: string,
  asked: () => Promise<Fetched<Value>>,
  waits = false,
): Promise<(Fetched<Value> & { readonly outcome: 'data' }) | undefined> {
  run.signal.throwIfAborted();
  try {
    const answer = await fromSource(what, asked());
    if (answer.outcome === 'data') return answer;
    run.warn(`${what}: the source has none (${answer.reason})`);
  } catch (error) {
    if (!(error instanceof SourceError) || run.signal.aborted) throw error;
    if (waits) rethrowPause(error);
    waitForBudget(error);
    run.logFailure(error);
    // Without the time of the next try, which every attempt would add as another warning.
    run.warn(
      error.failure === 'resting' ? `${what}: the source rests, and the run goes on without` : error.message,
    );
  }
  return undefined;
}
