import type { Database } from '../../database/sql.ts';
import type { MarketDataProvider } from '../provider.ts';
import { countOutcomes } from '../store/progress.ts';
import { MarketCalendars } from '../market-calendars.ts';
import { loadDetails } from './details.ts';
import { isForGood, publicReason, RESTING } from './failure.ts';
import { loadHistory } from './history.ts';
import { namesOf } from './listings.ts';
import { loadMinutes } from './minutes.ts';
import { asPause, isRefusal } from './reading.ts';
import { refresh } from './refresh.ts';
import { type ChunkReport, type IngestionKind, type Run, RunPaused } from './run.ts';
import {
  failedSymbols,
  markEnded,
  markPaused,
  markStarted,
  recordFingerprint,
  type StartedRun,
} from './run-state.ts';
import { takeSnapshot } from './snapshot.ts';

export interface RunExecution {
  readonly database: Database;
  readonly provider: MarketDataProvider;
  readonly runId: string;
  /** After a failure of the last attempt the run is `failed`; before, it waits for the next one. */
  readonly isLastAttempt: boolean;
  readonly signal: AbortSignal;
  /** Gets what is kept from readers of the API: the error as it was thrown. */
  readonly logFailure: (error: unknown) => void;
  /** Symbols that the configuration names. */
  readonly configured?: readonly string[] | undefined;
  readonly now?: () => Date;
  readonly turnMs?: number;
  readonly chunkRows?: number;
  readonly onChunk?: (report: ChunkReport) => void | Promise<void>;
}

export type RunOutcome =
  | { readonly outcome: 'completed' | 'already-ended' }
  | { readonly outcome: 'paused'; readonly seconds: number };

const CHUNK_ROWS = 5_000;
/** A whole market takes a live source hours; others get their turn in between. */
const TURN_MS = 10 * 60_000;
/** A run that was refused so often without getting any further is given up. */
const MOST_PAUSES = 24;
const BUDGET_SECONDS = 15;
const [FIRST_REST_SECONDS, LONGEST_REST_SECONDS] = [30, 900];

const WORK: Readonly<Record<IngestionKind, (run: Run) => Promise<void>>> = {
  history: loadHistory,
  refresh,
  snapshot: async (run) => {
    await takeSnapshot(run);
  },
  minutes: loadMinutes,
  details: loadDetails,
};

/** How long a pause lasts: until the source says it helps, else longer with every refusal before it. */
function secondsOf({ pause, retryAt }: RunPaused, pauses: number, now: Date): number {
  if (pause === 'turn') return 0;
  if (retryAt !== undefined) {
    const seconds = Math.ceil((retryAt.getTime() - now.getTime()) / 1000);
    return Math.min(Math.max(seconds, 1), LONGEST_REST_SECONDS);
  }
  return pause === 'budget'
    ? BUDGET_SECONDS
    : Math.min(FIRST_REST_SECONDS * 2 ** pauses, LONGEST_REST_SECONDS);
}

/** What an attempt has to tell beside what it stored. */
interface Told {
  readonly warnings: string[];
  /** Of a symbol. */
  failure: unknown;
}

function runOf(execution: RunExecution, started: StartedRun, calendars: MarketCalendars, told: Told): Run {
  const { database, provider, runId, signal, configured, now = () => new Date() } = execution;
  return {
    database,
    provider,
    runId,
    signal,
    configured,
    now,
    calendars,
    symbols: started.symbols ?? undefined,
    turnEnds: new Date(now().getTime() + (execution.turnMs ?? TURN_MS)),
    chunkRows: execution.chunkRows ?? CHUNK_ROWS,
    onChunk: execution.onChunk ?? (() => undefined),
    warn: warnInto(told),
    logFailure: (error) => {
      // Of several, one that may not come again.
      if (told.failure === undefined || isForGood(told.failure)) told.failure = error;
      execution.logFailure(error);
    },
  };
}

const warnInto =
  ({ warnings }: Told) =>
  (text: string): void => {
    if (!warnings.includes(text)) warnings.push(text);
  };

async function work(execution: RunExecution, started: StartedRun, told: Told): Promise<void> {
  const { database, provider } = execution;
  try {
    if (started.kind === 'history') await recordFingerprint(execution);
    const calendars = await MarketCalendars.stored(database, provider.source, warnInto(told));
    await WORK[started.kind](runOf(execution, started, calendars, told));
  } catch (error) {
    // What all of it depends on, as the list of series, is waited for like what single symbols depend on.
    throw asPause(error) ?? error;
  }
}

/**
 * Names what is missing from a run that has ended.
 * @throws a failure when nothing of it could be read
 */
async function conclude({ database, runId }: RunExecution, { warnings, failure }: Told): Promise<void> {
  const counts = await countOutcomes(database, runId);
  if (counts.failed === 0) return;
  if (counts.data === 0 && counts.empty === 0) throw failure ?? new Error('nothing could be read');
  const names = await failedSymbols({ database, runId });
  warnings.push(`${counts.failed} could not be read: ${namesOf(names)}; order them again by name`);
}

/** undefined: it has been refused too often, which is the end of it. */
async function pauseRun(
  execution: RunExecution,
  paused: RunPaused,
  { pauses, since }: StartedRun,
  { warnings }: Told,
): Promise<RunOutcome | undefined> {
  const isResting = paused.pause === 'resting';
  if (isResting && pauses >= MOST_PAUSES) return undefined;
  const seconds = secondsOf(paused, pauses, execution.now?.() ?? new Date());
  if (isRefusal(paused.cause)) execution.logFailure(paused.cause);
  await markPaused(execution, {
    seconds,
    isRefusal: isResting,
    refusal: isRefusal(paused.cause) ? publicReason(paused.cause) : undefined,
    otherwise: isResting ? RESTING : undefined,
    since,
    warnings,
  });
  return { outcome: 'paused', seconds };
}

/** @throws always: the queue must try again, or take notice of the end */
async function giveBack(
  execution: RunExecution,
  error: unknown,
  { error: before }: StartedRun,
  { warnings }: Told,
): Promise<never> {
  if (execution.signal.aborted) {
    await markEnded(execution, 'queued', null, warnings);
    throw new Error('handed back: the worker stops', { cause: error });
  }
  execution.logFailure(error);
  const isGivenUp = error instanceof RunPaused;
  const isLast = execution.isLastAttempt || isGivenUp || isForGood(error);
  const reason = isGivenUp && before !== null ? `given up after hours: ${before}` : publicReason(error);
  await markEnded(execution, isLast ? 'failed' : 'queued', reason, warnings);
  throw error;
}

/**
 * Does one run from where it stands and keeps its row true.
 * @returns `paused` when the source rests or others wait: the caller orders the next attempt
 * @throws what the run threw, so that the job queue retries; also when `signal` fired (the run is handed back)
 */
export async function executeRun(execution: RunExecution): Promise<RunOutcome> {
  const started = await markStarted(execution);
  if (started === undefined) return { outcome: 'already-ended' };
  const told: Told = { warnings: [], failure: undefined };
  try {
    await work(execution, started, told);
    await conclude(execution, told);
  } catch (error) {
    const isPause = error instanceof RunPaused && !execution.signal.aborted;
    const paused = isPause ? await pauseRun(execution, error, started, told) : undefined;
    return paused ?? (await giveBack(execution, error, started, told));
  }
  await markEnded(execution, 'completed', null, told.warnings);
  return { outcome: 'completed' };
}
