import type { Condition } from '../rules/definition.ts';

const HOUR_SECONDS = 3_600;

/** How far back a condition looks: what happened within so many seconds may be why it holds. */
export function evidenceSeconds(condition: Condition): number {
  if ('windowSeconds' in condition) return condition.windowSeconds;
  if ('absentSeconds' in condition) return condition.absentSeconds;
  return condition.kind === 'anomaly' ? HOUR_SECONDS : 0;
}
