import type { Condition } from '../rules/definition.ts';

const HOUR_SECONDS = 3_600;

/** How far back a condition looks: what happened within so many seconds may be why it holds. */
export function evidenceSeconds(condition: Condition): number {
  switch (condition.kind) {
    case 'component':
      return 0;
    case 'anomaly':
      return HOUR_SECONDS;
    case 'absence':
      return condition.absentSeconds;
    case 'threshold':
    case 'rate':
      return condition.windowSeconds;
  }
}
