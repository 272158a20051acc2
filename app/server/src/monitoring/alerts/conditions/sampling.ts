import type { Condition } from '../rules/definition.ts';

/** With one, a sample that is late leaves a window empty. */
const LEAST_IN_A_WINDOW = 2;
/** What restarts in order misses one or two. */
const MISSED = 4;

/** The condition as it can be judged where a sample comes every so many seconds: what is shorter would see gaps alone. */
export function sampledEvery(condition: Condition, sampleSeconds: number): Condition {
  switch (condition.kind) {
    case 'threshold':
    case 'rate':
      return {
        ...condition,
        windowSeconds: Math.max(condition.windowSeconds, sampleSeconds * LEAST_IN_A_WINDOW),
      };
    case 'absence':
      return { ...condition, absentSeconds: Math.max(condition.absentSeconds, sampleSeconds * MISSED) };
    case 'anomaly':
    case 'component':
      return condition;
  }
}
