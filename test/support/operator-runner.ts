/** How a plan runs its operator: as a process of its own, or inside the test process. */
import { existsSync, readFileSync } from 'node:fs';

export type StopSignal = 'SIGKILL' | 'SIGTERM';

export interface OperatorExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface OperatorRunner {
  readonly logFile: string;
  readonly isRunning: boolean;
  /** Starts one; one that runs already is left alone. */
  start(): Promise<void>;
  /** Sends the signal at once, without waiting. After SIGKILL nothing of it reaches the API server any more. */
  kill(signal: StopSignal): void;
  /** Settles when the running one has ended; undefined at once when none runs. */
  exited(): Promise<OperatorExit | undefined>;
  /** Ends it and waits until it is gone. Returns milliseconds. */
  stop(signal?: StopSignal): Promise<number>;
}

/** Everything that it has logged so far. */
export function logOf({ logFile }: OperatorRunner): string {
  return existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
}

/** What to say about it in the text of a failure: whether it runs, and its last lines. */
export function describeOperator(operator: OperatorRunner): string {
  const state = operator.isRunning ? 'the operator runs' : 'the operator does not run';
  return `${state}; its last lines:\n${logOf(operator).trimEnd().split('\n').slice(-3).join('\n')}`;
}
