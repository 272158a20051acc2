/** A CRD that is not the operator's own: said on every object, and taken back by itself once the CRD is there. */
import { expect, inject, it } from 'vitest';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';

const tier = inject('tier');

it(
  'warns of another CRD while it is installed, and writes nothing of it otherwise',
  { timeout: SLOT_TEST_MS },
  () =>
    withPlan(
      tier,
      'crd-outdated',
      async (plan) => {
        // All plans share one CRD, so this operator alone is shown the schema of another kind in its place.
        const putRight = plan.proxy.intercept({
          rewrite: ({ path }) =>
            path.startsWith('/openapi/v3/apis/stockanalysis.dev/') ? '/openapi/v3/apis/apps/v1' : undefined,
        });
        await plan.converge({ server: { replicas: 2 } });
        const warning = await plan.waitForCondition({
          type: 'Warnings',
          status: 'True',
          reason: 'CRDOutdated',
        });
        expect(warning.message).toContain('apply crds/');
        putRight();
        await plan.waitForCondition({ type: 'Warnings', status: 'False' });
        await plan.settle(4000);
        const since = plan.proxy.log.writes.length;
        await plan.restartOperator();
        await plan.settle(8000);
        expect(plan.proxy.log.writesSince(since)).toEqual([]);
      },
      { inProcess: {} },
    ),
);
