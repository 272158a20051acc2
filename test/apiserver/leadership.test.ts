/**
 * Two replicas of the operator as processes, each behind a proxy of its own, so that what one of them writes is told
 * from what the other does.
 */
import { describe, expect, inject, it } from 'vitest';
import type { FaultProxy } from '../support/fault-proxy.ts';
import type { KubeObject } from '../support/kube-objects.ts';
import { OperatorProcess } from '../support/operator-process.ts';
import { SERVICE_ACCOUNT, startProxy } from '../support/operator-rights.ts';
import type { Plan } from '../support/plan.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { formatRecord } from '../support/write-log.ts';

const tier = inject('tier');

/** Short, so that a lease runs out soon; long enough for a busy machine to renew it. */
const SHORT_LEASE = {
  LEASE_DURATION_SECONDS: '6',
  LEASE_RENEW_DEADLINE_SECONDS: '4',
  LEASE_RETRY_PERIOD_SECONDS: '0.5',
} as const;

/** So long that a leader who is quick has been told, and did not wait until it ran out. */
const LONG_LEASE = {
  LEASE_DURATION_SECONDS: '60',
  LEASE_RENEW_DEADLINE_SECONDS: '40',
  LEASE_RETRY_PERIOD_SECONDS: '1',
} as const;

interface Replica {
  readonly operator: OperatorProcess;
  readonly proxy: FaultProxy;
}

/** The environment is that of the plan's operator. */
async function withStandby(plan: Plan, work: (standby: Replica) => Promise<void>): Promise<void> {
  const proxy = await startProxy(tier, plan.client, plan.namespace);
  const operator = plan.addReplica({ proxy });
  try {
    await operator.start();
    const what = 'the standby to look at the Lease';
    await eventually({ what, timeoutMs: 60_000 }, () =>
      proxy.log.records.find(({ object }) => object.startsWith('leases')),
    );
    await work({ operator, proxy });
  } finally {
    await operator.stop('SIGKILL');
    await proxy.stop();
  }
}

interface Lease extends KubeObject {
  readonly spec: { readonly holderIdentity?: string };
}

async function holder(plan: Plan): Promise<string> {
  const lease = await plan.find<Lease>('coordination.k8s.io/v1', 'leases', SERVICE_ACCOUNT);
  return lease?.spec.holderIdentity ?? '';
}

/** The pid of an operator that runs as a process. */
function processOf(plan: Plan): OperatorProcess {
  if (plan.operator instanceof OperatorProcess) return plan.operator;
  throw new Error('this plan runs its operator inside of the test process');
}

const accepted = (proxy: FaultProxy, from: number): string[] =>
  proxy.log.records
    .slice(from)
    .filter(({ kind, status = 0 }) => kind !== 'read' && status < 300)
    .map(formatRecord);

describe.concurrent('leadership', () => {
  it('changes hands at once when the leader is told to stop', { timeout: SLOT_TEST_MS }, () =>
    withPlan(
      tier,
      'handover',
      async (plan) => {
        await plan.converge();
        await withStandby(plan, async (standby) => {
          const leader = await holder(plan);
          expect(standby.proxy.log.writeCount).toBe(0);
          await plan.client.create(plan.path('stockanalysis.dev/v1alpha1', 'stockanalyses'), {
            ...{ apiVersion: 'stockanalysis.dev/v1alpha1', kind: 'StockAnalysis', spec: {} },
            metadata: { name: 'pending' },
          });
          const since = performance.now();
          const ended = plan.operator.stop('SIGTERM');
          const wait = { timeoutMs: 20_000, intervalMs: 20 };
          const [released, acted] = await Promise.all([
            eventually({ ...wait, what: 'the Lease to be released' }, async () =>
              (await holder(plan)) === leader ? undefined : performance.now() - since,
            ),
            eventually({ ...wait, what: 'the standby to write' }, () =>
              standby.proxy.log.writeCount > 0 ? performance.now() - since : undefined,
            ),
            ended,
          ]);
          console.log(`released after ${released.toFixed(0)} ms, first write after ${acted.toFixed(0)} ms`);
          // Two and three seconds where nothing else works on this machine.
          expect(released).toBeLessThan(6000);
          expect(acted).toBeLessThan(9000);
          expect(standby.proxy.log.denied).toEqual([]);
        });
      },
      { environment: LONG_LEASE },
    ),
  );

  it(
    'that was lost in its sleep is not used: a paused leader changes nothing',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(
        tier,
        'paused',
        async (plan) => {
          const paused = processOf(plan);
          // In the middle of its work: with a write on its way, and more to come.
          const stopWatching = plan.proxy.intercept({
            beforeForward: ({ record }) => {
              if (record.number === 12 && record.kind === 'write') paused.kill('SIGSTOP');
              return undefined;
            },
          });
          await plan.operator.start();
          await plan.createObject();
          await eventually({ what: 'the leader to be paused', timeoutMs: 60_000 }, () =>
            plan.proxy.log.writeCount >= 12 ? true : undefined,
          );
          stopWatching();
          const before = await holder(plan);
          await withStandby(plan, async (standby) => {
            await eventually({ what: 'another leader', timeoutMs: 60_000 }, async () =>
              (await holder(plan)) === before ? undefined : true,
            );
            await plan.waitReady();
            await plan.settle(2000, standby.proxy.log);
            const state = [await plan.claimUID(), await plan.credentials(), (await plan.object()).status];
            const from = plan.proxy.log.records.length;
            const exited = paused.exited();
            const leader = await holder(plan);
            const { writeCount } = standby.proxy.log;
            paused.kill('SIGCONT');
            expect((await exited)?.code).toBeGreaterThan(0);
            expect(accepted(plan.proxy, from)).toEqual([]);
            await plan.settle(2000, standby.proxy.log);
            expect(await holder(plan)).toBe(leader);
            // The other one had nothing to put right either.
            expect(standby.proxy.log.writeCount).toBe(writeCount);
            expect([await plan.claimUID(), await plan.credentials(), (await plan.object()).status]).toEqual(
              state,
            );
          });
        },
        { environment: SHORT_LEASE },
      ),
  );
});
