/** The rules of kstatus over everything that an object ever was, and Helm, which waits by them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { describe, expect, inject, it } from 'vitest';
import { helm } from '../support/chart.ts';
import { Informer } from '../support/informer.ts';
import { kstatusOf, type Kstatus } from '../support/kstatus.ts';
import type { KubeObject, StockAnalysis } from '../support/kube-objects.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan } from '../support/plan.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';

const tier = inject('tier');

interface Deployment extends KubeObject {
  readonly spec: { readonly replicas: number };
  readonly status?: { readonly readyReplicas?: number; readonly updatedReplicas?: number };
}

/** One version of the object, and its server as it was right afterwards. */
interface Moment {
  readonly object: StockAnalysis;
  readonly judged: Kstatus;
  readonly server: Promise<Deployment | undefined>;
}

function recordInto(plan: Plan, history: Moment[], signal: AbortSignal): Promise<void> {
  const record = (object: StockAnalysis): void => {
    const server = plan.find<Deployment>('apps/v1', 'deployments', `${OBJECT_NAME}-server`);
    history.push({ object, judged: kstatusOf(object), server: server.catch(() => undefined) });
  };
  const path = plan.path('stockanalysis.dev/v1alpha1', 'stockanalyses');
  return new Informer<StockAnalysis>(plan.client, path, record, () => undefined).run(signal);
}

/** The server has what the spec of this version asks for. */
async function isCarriedOut({ object, server }: Moment): Promise<boolean> {
  const replicas = (object.spec?.['server'] as { readonly replicas?: number } | undefined)?.replicas;
  const { spec, status } = (await server) ?? {};
  const numbers = [spec?.replicas, status?.readyReplicas, status?.updatedReplicas];
  return object.spec?.['suspend'] !== true && numbers.every((number) => number === replicas);
}

async function liveThrough(plan: Plan): Promise<void> {
  await plan.converge();
  await plan.patchSpec({ server: { replicas: 3 } });
  await plan.waitReady();
  plan.kubelet.script.pullable = (image) => image === image.toLowerCase();
  await plan.patchSpec({ image: { repository: 'test.invalid/No-Name', tag: '1' } });
  await plan.waitForCondition({ type: 'Stalled', status: 'True', reason: 'InvalidImageName' });
  await plan.patchSpec({ image: { repository: 'test.invalid/app', tag: '1' } });
  await plan.waitReady();
  await plan.patchSpec({ suspend: true });
  await plan.waitForCondition({ type: 'Suspended', status: 'True' });
  await plan.patchSpec({ suspend: false });
  await plan.waitReady();
  // Only an object whose data goes with it waits for the operator, so only that one can be seen on its way out.
  await plan.patchSpec({ deletionPolicy: 'Delete' });
  await plan.waitReady();
  await plan.client.delete(plan.objectPath());
  await plan.waitForCondition({ type: 'Ready', status: 'False', reason: 'DeletionNotConfirmed' });
  await plan.patchSpec({ deletionPolicy: 'Retain' });
  await plan.waitGone();
}

/** Whether it is being deleted, and whether its generation is seen and stalled. */
function whatItIs({ metadata, status }: StockAnalysis): [isDeleting: boolean, isStalled: boolean] {
  const stalled = status?.conditions?.find(({ type }) => type === 'Stalled');
  const isObserved = status?.observedGeneration === metadata.generation;
  return [metadata.deletionTimestamp !== undefined, isObserved && stalled?.status === 'True'];
}

const describeMoment = ({ object, judged }: Moment): unknown => ({
  judged,
  generation: object.metadata.generation,
  status: object.status,
});

describe.concurrent('kstatus', () => {
  it(
    'is never Current before the spec is carried out, and Failed exactly when stalled',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(tier, 'kstatus', async (plan) => {
        const history: Moment[] = [];
        const watching = new AbortController();
        const recording = recordInto(plan, history, watching.signal);
        await liveThrough(plan);
        watching.abort();
        await recording;
        const premature: unknown[] = [];
        for (const moment of history.filter(({ judged }) => judged === 'Current'))
          if (!(await isCarriedOut(moment))) premature.push(describeMoment(moment));
        expect(premature).toEqual([]);
        const wanted = history.map(({ object, judged }) => [judged, ...whatItIs(object)]);
        expect(wanted.filter(([judged, isDeleting]) => (judged === 'Terminating') !== isDeleting)).toEqual(
          [],
        );
        const living = wanted.filter(([, isDeleting]) => isDeleting === false);
        expect(living.filter(([judged, , isStalled]) => (judged === 'Failed') !== isStalled)).toEqual([]);
        expect(new Set(history.map(({ judged }) => judged))).toEqual(
          new Set(['InProgress', 'Current', 'Failed', 'Terminating']),
        );
        console.log(`${history.length} versions: ${history.map(({ judged }) => judged[0]).join('')}`);
      }),
  );

  it(
    'makes helm --wait wait until the platform serves, and fail while it cannot',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(tier, 'helm-wait', async (plan) => {
        const chart = join(tier.scratch, plan.namespace, 'chart');
        mkdirSync(join(chart, 'templates'), { recursive: true });
        writeFileSync(
          join(chart, 'Chart.yaml'),
          stringify({ apiVersion: 'v2', name: 'platform', version: '1.0.0' }),
        );
        const object = { apiVersion: 'stockanalysis.dev/v1alpha1', kind: 'StockAnalysis', spec: {} };
        writeFileSync(
          join(chart, 'templates', 'object.yaml'),
          stringify({ ...object, metadata: { name: OBJECT_NAME } }),
        );
        const at = ['--namespace', plan.namespace, '--kubeconfig', tier.kubeconfig, '--wait'];
        plan.kubelet.script.pullable = () => false;
        await plan.operator.start();
        await expect(helm(['install', 'platform', chart, ...at, '--timeout', '15s'])).rejects.toThrow(
          OBJECT_NAME,
        );
        plan.kubelet.script.pullable = () => true;
        await helm(['upgrade', 'platform', chart, ...at, '--timeout', '120s']);
        const { status } = await plan.object();
        expect(status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'True' });
      }),
  );
});
