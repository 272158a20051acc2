/** A database that does not answer: one lost connection is no outage, more of them are. */
import { expect, inject, it } from 'vitest';
import { logOf } from '../support/operator-runner.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { writeName } from '../support/write-log.ts';

const tier = inject('tier');

it('is asked again before an object that was ready is called not ready', { timeout: SLOT_TEST_MS }, () =>
  withPlan(
    tier,
    'database-lost-once',
    async (plan) => {
      await plan.converge();
      await plan.settle(4000);
      const since = plan.proxy.log.writes.length;
      plan.gate.refuseNext(1);
      await plan.restartOperator();
      await plan.settle(6000);
      expect(logOf(plan.operator)).toContain('does not answer, asking again');
      expect(plan.proxy.log.writes.slice(since).map(writeName)).toEqual([]);
    },
    { inProcess: {} },
  ),
);

it('that stays away is said, and its return as well', { timeout: SLOT_TEST_MS }, () =>
  withPlan(
    tier,
    'database-lost',
    async (plan) => {
      await plan.converge();
      plan.gate.refuseNext(2);
      await plan.restartOperator();
      const lost = await plan.waitForCondition({
        type: 'Ready',
        status: 'False',
        reason: 'DatabaseUnreachable',
      });
      expect(lost.message).toContain('postgres');
      await plan.waitReady();
    },
    { inProcess: {} },
  ),
);
