import type { AlertRule, Condition } from '../rules/definition.ts';

/** With one, a sample that is late leaves a window empty. */
const LEAST_IN_A_WINDOW = 2;
/** What restarts in order misses one or two. */
const MISSED = 4;

/** The condition as it can be judged where a sample comes every so many seconds: what is shorter would see gaps alone. */
export function sampledEvery(condition: Condition, sampleSeconds: number): Condition {
  if ('windowSeconds' in condition)
    return {
      ...condition,
      windowSeconds: Math.max(condition.windowSeconds, sampleSeconds * LEAST_IN_A_WINDOW),
    };
  if ('absentSeconds' in condition)
    return { ...condition, absentSeconds: Math.max(condition.absentSeconds, sampleSeconds * MISSED) };
  return condition;
}

/** The rule with its condition as it can be judged. */
export function ruleSampledEvery(rule: AlertRule, sampleSeconds: number): AlertRule {
  return { ...rule, condition: sampledEvery(rule.condition, sampleSeconds) };
}
