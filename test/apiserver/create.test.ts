/** From an object to a platform that is ready, and then silence. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CONDITION_TYPES } from '../../operator/src/naming/index.ts';
import { Informer } from '../support/informer.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import { Plan } from '../support/plan.ts';
import type { Condition, KubeObject, Secret, StockAnalysis } from '../support/kube-objects.ts';
import { logOf } from '../support/operator-runner.ts';
import { operatorRules } from '../support/role-rules.ts';
import { secretValues } from '../support/secret-scan.ts';
import { prometheusOperatorScopes } from '../support/prometheus-operator.ts';
import { eventually } from '../support/wait.ts';
import { formatRecord, isDiscovery } from '../support/write-log.ts';

/** For how long a converged object must cause no write. */
const QUIET_MS = 120_000;
/** For how long the operator may look around after a restart before it is judged. */
const RESTART_MS = 10_000;

const ready = (object: StockAnalysis): Condition | undefined =>
  object.status?.conditions?.find(({ type }) => type === 'Ready');

let plan: Plan;
/** Every version of the object that the API server sent, in order. */
const history: StockAnalysis[] = [];
const watching = new AbortController();

function recordHistory(): Promise<void> {
  const path = plan.path('stockanalysis.dev/v1alpha1', 'stockanalyses');
  const record = (object: StockAnalysis): number => history.push(object);
  return new Informer<StockAnalysis>(plan.client, path, record, record).run(watching.signal);
}

beforeAll(async () => {
  plan = await Plan.create(inject('tier'), 'create');
  void recordHistory();
  await plan.operator.start();
});

afterAll(async () => {
  watching.abort();
  plan.keepArtifacts();
  await plan.stop();
});

describe('creation', () => {
  it('becomes ready', async () => {
    await plan.createObject();
    await plan.waitReady();
    await plan.settle();
    const { log } = plan.proxy;
    console.log(`creation: ${log.writeCount} writes, of them ${log.creates().size} creations`);
    expect([...log.creates().values()].every((count) => count === 1)).toBe(true);
  });

  it('shows all conditions at the first visit, each with the generation that it judged', () => {
    const first = history.find(({ status }) => (status?.conditions?.length ?? 0) > 0);
    expect(first?.status?.conditions?.map(({ type }) => type).toSorted()).toEqual(
      [...CONDITION_TYPES].toSorted(),
    );
    for (const { status, metadata } of history) {
      for (const condition of status?.conditions ?? []) {
        expect(condition.observedGeneration).toBe(metadata.generation);
        expect(condition.reason).toMatch(/^[A-Z][A-Za-z]+$/);
      }
    }
  });

  it('moves lastTransitionTime only when a status changes', () => {
    const seen = new Map<string, Condition>();
    const moved: string[] = [];
    for (const condition of history.flatMap(({ status }) => status?.conditions ?? [])) {
      const before = seen.get(condition.type);
      const unchanged = before?.status === condition.status;
      if (unchanged && before.lastTransitionTime !== condition.lastTransitionTime) moved.push(condition.type);
      seen.set(condition.type, condition);
    }
    expect(moved).toEqual([]);
    expect(seen.size).toBe(CONDITION_TYPES.length);
  });

  it('makes pods that log in to the database as they will: roles, grants, TLS', async () => {
    const { status } = await plan.object();
    expect(status?.database?.systemIdentifier).toMatch(/^[0-9]+$/);
    expect(status?.database?.claimUID).toBe(await plan.claimUID());
    expect(status?.replicas).toBe(2);
    expect(status?.observedGeneration).toBe(1);
  });
});

describe('rights', () => {
  it('asked for nothing that its Role refuses', () => {
    expect(plan.proxy.log.denied.map(formatRecord)).toEqual([]);
  });

  it('has nothing cluster-scoped of what a cluster need not serve', async () => {
    const scopes = await prometheusOperatorScopes();
    const optional = operatorRules().flatMap(({ apiGroups = [], resources = [] }) =>
      apiGroups.includes('monitoring.coreos.com') ? resources : [],
    );
    expect(optional.map((one) => scopes.get(`${one}.monitoring.coreos.com`))).toEqual([
      'Namespaced',
      'Namespaced',
    ]);
  });

  it('has no wildcard and nothing cluster-scoped in its Role', async () => {
    interface Resources {
      readonly resources?: readonly { readonly name: string; readonly namespaced: boolean }[];
    }
    for (const rule of operatorRules()) {
      expect(JSON.stringify(rule)).not.toContain('*');
      expect(rule.nonResourceURLs).toBeUndefined();
      for (const group of rule.apiGroups ?? []) {
        const root = await plan.client.find<{ preferredVersion?: { groupVersion: string } }>(
          group ? `/apis/${group}` : '/api',
        );
        // Not served here: see the test above.
        if (root === undefined) continue;
        const served = await plan.client.get<Resources>(
          group ? `/apis/${root.preferredVersion?.groupVersion}` : '/api/v1',
        );
        for (const resource of rule.resources ?? []) {
          expect(served.resources?.find(({ name }) => name === resource)).toMatchObject({ namespaced: true });
        }
      }
    }
  });

  it('writes no secret value into log, status or Events', async () => {
    const values = secretValues(await plan.list<Secret>('v1', 'secrets'));
    expect(values.length).toBeGreaterThan(12);
    const events = await plan.list<KubeObject>('events.k8s.io/v1', 'events');
    const written = [logOf(plan.operator), JSON.stringify(history), JSON.stringify(events)].join('\n');
    expect(values.filter((value) => written.includes(value))).toEqual([]);
  });
});

describe('a change of the spec', () => {
  it('is never called ready before it is carried out', async () => {
    const accepted = plan.kubelet.script.pullable;
    plan.kubelet.script.pullable = () => false;
    const { metadata } = await plan.patchSpec({ server: { replicas: 3 } });
    expect(metadata.generation).toBe(2);
    const until = performance.now() + 3000;
    const early: string[] = [];
    while (performance.now() < until) {
      const object = await plan.object();
      const condition = ready(object);
      // kubectl wait looks at the generation of the condition, kstatus at that of the status.
      const judged = [condition?.observedGeneration, object.status?.observedGeneration];
      if (condition?.status === 'True' && judged.includes(2)) early.push(condition.message ?? '');
      await sleep(5);
    }
    expect(early).toEqual([]);
    const judged = await plan.waitForCondition({ type: 'Ready', status: 'False' });
    expect(judged.observedGeneration).toBe(2);
    plan.kubelet.script.pullable = accepted;
    await plan.waitReady();
    interface Deployment extends KubeObject {
      readonly status: { readonly readyReplicas: number; readonly updatedReplicas: number };
    }
    const server = await plan.find<Deployment>('apps/v1', 'deployments', `${OBJECT_NAME}-server`);
    expect(server?.status).toMatchObject({ readyReplicas: 3, updatedReplicas: 3 });
  });
});

describe('afterwards', () => {
  it(
    `writes nothing but Lease renewals for ${QUIET_MS / 1000} s, and reads no kind twice`,
    { timeout: QUIET_MS + 60_000 },
    async () => {
      await plan.settle();
      const { log } = plan.proxy;
      const before = { writes: log.writeCount, leases: log.leaseCount, all: log.records.length };
      await sleep(QUIET_MS);
      expect(plan.proxy.log.writesSince(before.writes)).toEqual([]);
      expect(log.leaseCount).toBeGreaterThan(before.leases);
      // A watch of each kind is opened anew after 5 to 10 min, so no kind is read twice in two.
      const reads = log.records.slice(before.all).filter(({ kind }) => kind === 'read');
      expect(reads.filter(isDiscovery).length).toBeLessThanOrEqual(QUIET_MS / 60_000 + 1);
      const kinds = reads.filter((read) => !isDiscovery(read)).map(({ object }) => object.split('/')[0]);
      expect(kinds.filter((kind, index) => kinds.indexOf(kind) !== index)).toEqual([]);
    },
  );

  it('writes nothing when a restarted operator reconciles again', async () => {
    const before = plan.proxy.log.writeCount;
    await plan.operator.stop('SIGKILL');
    const seen = plan.proxy.log.records.length;
    await plan.operator.start();
    await eventually(
      { what: 'the new operator to hold the Lease', timeoutMs: 60_000 },
      () =>
        plan.proxy.log.records
          .slice(seen)
          .some(({ kind, verb, status }) => kind === 'lease' && verb === 'update' && status === 200) ||
        undefined,
    );
    await sleep(RESTART_MS);
    expect(plan.proxy.log.writesSince(before)).toEqual([]);
    expect(plan.proxy.log.denied).toEqual([]);
  });

  it('releases its Lease on SIGTERM at once and ends with code 0', async () => {
    const exited = plan.operator.exited();
    const duration = await plan.operator.stop('SIGTERM');
    expect((await exited)?.code).toBe(0);
    // Two seconds where nothing else works on this machine.
    expect(duration).toBeLessThan(6000);
    interface Lease extends KubeObject {
      readonly spec: { readonly holderIdentity?: string };
    }
    const leases = await plan.list<Lease>('coordination.k8s.io/v1', 'leases');
    expect(leases.map(({ spec }) => spec.holderIdentity ?? '')).toEqual(['']);
  });
});
