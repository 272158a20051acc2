import { millisecondsOf, type Condition, type StockAnalysisStatus } from '../../api/index.ts';
import { readyOf } from './status.ts';

const STEADY_MS = 5 * 60_000;
const SHORTEST_MS = 3_000;

/**
 * When to look again without an event. In a steady state: in five to ten minutes. Otherwise after a third of the time that
 * Ready, or what is tried again of monitoring, has not held for, so that fresh trouble is looked at soon and old trouble
 * costs next to nothing, with no counter to remember. `wanted` is what a phase asked for.
 */
export function revisitAfter(
  status: StockAnalysisStatus,
  now: number,
  random: () => number,
  wanted: number = Number.POSITIVE_INFINITY,
): number {
  const pending = [readyOf(status), ...retried(status)].filter((one) => one?.status !== 'True');
  if (pending.length === 0) return Math.min(wanted, STEADY_MS * (1 + random()));
  const pause = Math.min(...pending.map((condition) => growingPause(condition, now)));
  return Math.max(SHORTEST_MS / 3, Math.min(wanted, pause * (0.9 + 0.2 * random())));
}

/** Other reasons of a monitoring that is not ready wait for somebody, who is seen. */
const retried = ({ conditions = [] }: StockAnalysisStatus): readonly Condition[] =>
  conditions.filter(({ type, reason }) => type === 'MonitoringReady' && reason === 'ReconcileFailed');

function growingPause(condition: Condition | undefined, now: number): number {
  const since = millisecondsOf(condition?.lastTransitionTime);
  const elapsed = Number.isNaN(since) ? 0 : now - since;
  return Math.min(Math.max(elapsed / 3, SHORTEST_MS), STEADY_MS);
}
