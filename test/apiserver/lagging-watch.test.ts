/** A watch that lags behind what the operator itself has written: it looks for itself before it goes on. */
import { describe, expect, inject, it } from 'vitest';
import { HeldWatches } from '../support/held-watches.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan } from '../support/plan.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { formatRecord, type RequestRecord } from '../support/write-log.ts';

const tier = inject('tier');
const PRIMARY = 'stockanalyses.stockanalysis.dev';

const looksOf = (plan: Plan): readonly RequestRecord[] =>
  plan.proxy.log.records.filter(
    ({ verb, object }) => verb === 'get' && object === `${PRIMARY}/${OBJECT_NAME}`,
  );

describe('a watch of the objects that lags behind the operator’s own write', () => {
  it('is not believed: the object is read, and goes on to be ready', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'lagging-watch', async (plan) => {
      const objects = new HeldWatches(plan.proxy, 'stockanalyses');
      await plan.converge();
      await plan.settle();
      objects.hold();
      const before = looksOf(plan).length;
      const worker = encodeURIComponent('app.kubernetes.io/component=worker');
      const [pod] = await plan.list('v1', `pods?labelSelector=${worker}`);
      await plan.client.delete(plan.path('v1', 'pods', pod?.metadata.name));
      // First the status that it is not available, which no watch brings back; what follows needs it.
      await eventually({ what: `an answered get ${PRIMARY}`, timeoutMs: 60_000 }, () =>
        looksOf(plan)
          .slice(before)
          .find(({ status }) => status === 200),
      );
      await plan.waitReady();
      // The Event of being ready follows in its own time.
      await plan.settle();
      const held = plan.proxy.log.writeCount;
      objects.release();
      await plan.settle();
      // What comes late is no news.
      expect(plan.proxy.log.writesSince(held)).toEqual([]);
      expect(plan.proxy.log.denied.map(formatRecord)).toEqual([]);
    }),
  );
});
