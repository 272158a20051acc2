import { millisecondsOf, type StockAnalysisStatus } from '../../api/index.ts';
import { readyOf } from './status.ts';

const STEADY_MS = 5 * 60_000;
const SHORTEST_MS = 3_000;

/**
 * When to look again without an event. Ready: in five to ten minutes. Otherwise after a third of the time that it has
 * not been Ready for, so that fresh trouble is looked at soon and old trouble costs next to nothing, with no counter
 * to remember. `wanted` is what a phase asked for.
 */
export function revisitAfter(
  status: StockAnalysisStatus,
  now: number,
  random: () => number,
  wanted: number = Number.POSITIVE_INFINITY,
): number {
  const ready = readyOf(status);
  if (ready?.status === 'True') return Math.min(wanted, STEADY_MS * (1 + random()));
  const since = millisecondsOf(ready?.lastTransitionTime);
  const elapsed = Number.isNaN(since) ? 0 : now - since;
  const pause = Math.min(Math.max(elapsed / 3, SHORTEST_MS), STEADY_MS);
  return Math.max(SHORTEST_MS / 3, Math.min(wanted, pause * (0.9 + 0.2 * random())));
}
