/** Children that somebody deletes or edits come back as they were; what must not be remade says so instead. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import { Plan } from '../support/plan.ts';
import type { KubeObject } from '../support/kube-objects.ts';
import { eventually } from '../support/wait.ts';
import { formatRecord } from '../support/write-log.ts';

/** In how long a repair is done; on a machine that does much else half of them must be. */
const REPAIR_MS = 5000;
/** For one of them, long before a steady object is visited without a reason. */
const LONGEST_MS = 60_000;
const repairs: number[] = [];

type Ref = readonly [group: string, resource: string, name: string];

const MENDED: readonly Ref[] = [
  ['apps/v1', 'deployments', `${OBJECT_NAME}-server`],
  ['apps/v1', 'deployments', `${OBJECT_NAME}-worker`],
  ['apps/v1', 'statefulsets', `${OBJECT_NAME}-postgres`],
  ['v1', 'services', OBJECT_NAME],
  ['v1', 'services', `${OBJECT_NAME}-postgres`],
  ['v1', 'serviceaccounts', `${OBJECT_NAME}-server`],
  ['v1', 'serviceaccounts', `${OBJECT_NAME}-worker`],
  ['v1', 'serviceaccounts', `${OBJECT_NAME}-postgres`],
  ['apps/v1', 'deployments', `${OBJECT_NAME}-aktools`],
  ['v1', 'services', `${OBJECT_NAME}-aktools`],
  ['v1', 'serviceaccounts', `${OBJECT_NAME}-aktools`],
  ...['aktools', 'postgres', 'migrate', 'server', 'worker'].map((part): Ref => [
    'networking.k8s.io/v1',
    'networkpolicies',
    `${OBJECT_NAME}-${part}`,
  ]),
  ['policy/v1', 'poddisruptionbudgets', `${OBJECT_NAME}-server`],
];

const POLICY: Ref = ['networking.k8s.io/v1', 'networkpolicies', `${OBJECT_NAME}-aktools`];
const SHUT: Ref = ['networking.k8s.io/v1', 'networkpolicies', `${OBJECT_NAME}-postgres`];
const BUDGET: Ref = ['policy/v1', 'poddisruptionbudgets', `${OBJECT_NAME}-server`];

const scale = { spec: { replicas: 7 } };
const image = {
  op: 'replace',
  path: '/spec/template/spec/containers/0/image',
  value: 'test.invalid/intruder:1',
};

/** JSON patches to fields that we own. */
const EDITS: readonly (readonly [string, Ref, readonly Record<string, unknown>[]])[] = [
  [
    'replicas of a Deployment',
    ['apps/v1', 'deployments', `${OBJECT_NAME}-server`],
    [{ op: 'replace', path: '/spec/replicas', value: scale.spec.replicas }],
  ],
  ['image of a Deployment', ['apps/v1', 'deployments', `${OBJECT_NAME}-worker`], [image]],
  [
    'replicas of the StatefulSet',
    ['apps/v1', 'statefulsets', `${OBJECT_NAME}-postgres`],
    [{ op: 'replace', path: '/spec/replicas', value: 0 }],
  ],
  [
    'selector of a Service',
    ['v1', 'services', OBJECT_NAME],
    [{ op: 'replace', path: '/spec/selector', value: { app: 'intruder' } }],
  ],
  [
    'token mount of a ServiceAccount',
    ['v1', 'serviceaccounts', `${OBJECT_NAME}-server`],
    [{ op: 'replace', path: '/automountServiceAccountToken', value: true }],
  ],
  [
    'owner of a Deployment',
    ['apps/v1', 'deployments', `${OBJECT_NAME}-server`],
    [{ op: 'remove', path: '/metadata/ownerReferences' }],
  ],
  [
    'our label on a Service',
    ['v1', 'services', OBJECT_NAME],
    [{ op: 'remove', path: '/metadata/labels/app.kubernetes.io~1component' }],
  ],
  [
    'the managed-by label of a Deployment',
    ['apps/v1', 'deployments', `${OBJECT_NAME}-worker`],
    [{ op: 'remove', path: '/metadata/labels/app.kubernetes.io~1managed-by' }],
  ],
  // Entries of ports are told apart by port and protocol, so an apply alone would only add ours beside the intruder's.
  [
    'port of a Service',
    ['v1', 'services', `${OBJECT_NAME}-postgres`],
    [{ op: 'replace', path: '/spec/ports/0/port', value: 6000 }],
  ],
  // A network policy is ours as a whole: what is added opens it, as much as what is changed.
  [
    'peer of a NetworkPolicy',
    POLICY,
    [{ op: 'add', path: '/spec/ingress/0/from/-', value: { podSelector: {} } }],
  ],
  ['port of a NetworkPolicy', POLICY, [{ op: 'add', path: '/spec/egress/1/ports/-', value: { port: 22 } }]],
  ['rule of a NetworkPolicy', POLICY, [{ op: 'add', path: '/spec/egress/-', value: {} }]],
  ['direction of a NetworkPolicy', POLICY, [{ op: 'remove', path: '/spec/policyTypes/1' }]],
  [
    'selector of a NetworkPolicy',
    POLICY,
    [{ op: 'add', path: '/spec/podSelector/matchLabels/intruder', value: 'true' }],
  ],
  // The API server keeps no empty list: what stands there is nobody's until somebody puts something in.
  ['a way out of what has none', SHUT, [{ op: 'add', path: '/spec/egress', value: [{}] }]],
  ['a way in for everybody', SHUT, [{ op: 'add', path: '/spec/ingress/-', value: {} }]],
  [
    'measure of a PodDisruptionBudget',
    BUDGET,
    [{ op: 'replace', path: '/spec/maxUnavailable', value: '100%' }],
  ],
  [
    'selector of a PodDisruptionBudget',
    BUDGET,
    [{ op: 'add', path: '/spec/selector/matchLabels/intruder', value: 'true' }],
  ],
];

let plan: Plan;

beforeAll(async () => {
  plan = await Plan.create(inject('tier'), 'drift');
  await plan.converge({ marketData: { provider: 'AKTools' } });
  await plan.settle();
});

afterAll(async () => {
  plan.keepArtifacts();
  await plan.stop();
});

const read = ([group, resource, name]: Ref): Promise<KubeObject | undefined> =>
  plan.find<KubeObject>(group, resource, name);

/** What an object says about itself, without what changes with every write. */
function desired(object: KubeObject | undefined): unknown {
  if (object === undefined) return undefined;
  const { metadata, ...rest } = object;
  const { labels, ownerReferences } = metadata;
  const body: { spec?: Record<string, unknown> } = JSON.parse(
    JSON.stringify({ ...rest, status: undefined, labels, ownerReferences }),
  );
  for (const field of ['clusterIP', 'clusterIPs']) delete body.spec?.[field];
  return body;
}

async function expectRepaired(ref: Ref, before: unknown): Promise<void> {
  let last: unknown;
  const since = performance.now();
  await eventually(
    { what: `${ref.join(' ')} to be repaired`, timeoutMs: LONGEST_MS, intervalMs: 50 },
    async () => {
      last = desired(await read(ref));
      return JSON.stringify(last) === JSON.stringify(before) || undefined;
    },
  ).catch(() => undefined);
  repairs.push(performance.now() - since);
  expect(last).toEqual(before);
}

describe('a deleted child', () => {
  it.each(MENDED)('%s %s %s is back', async (...ref) => {
    const before = await read(ref);
    await plan.client.delete(plan.path(...ref));
    await expectRepaired(ref, desired(before));
    expect((await read(ref))?.metadata.uid).not.toBe(before?.metadata.uid);
  });

  it('is back where it is content-addressed too, with the same content', async () => {
    const kinds = ['configmaps', 'secrets'];
    for (const kind of kinds) {
      const selector = encodeURIComponent('app.kubernetes.io/component=configuration');
      const objects = await plan.list<KubeObject>('v1', `${kind}?labelSelector=${selector}`);
      expect(objects.length).toBeGreaterThan(1);
      for (const object of objects) {
        const ref: Ref = ['v1', kind, object.metadata.name];
        const before = desired(await read(ref));
        await plan.client.delete(plan.path(...ref));
        await expectRepaired(ref, before);
      }
    }
  });
});

describe('an edited child', () => {
  it.each(EDITS)('%s is put right', async (_what, ref, patch) => {
    await plan.waitReady();
    const before = await read(ref);
    const contentType = 'application/json-patch+json';
    const reply = await plan.client.call('PATCH', plan.path(...ref), { body: patch, contentType });
    expect(reply.status).toBe(200);
    await expectRepaired(ref, desired(before));
    expect((await read(ref))?.metadata.uid).toBe(before?.metadata.uid);
  });

  it('keeps what others added where the operator owns nothing', async () => {
    const ref: Ref = ['v1', 'services', OBJECT_NAME];
    await plan.client.patch(plan.path(...ref), { metadata: { annotations: { 'example.org/note': 'ours' } } });
    await plan.settle();
    expect((await read(ref))?.metadata.annotations).toMatchObject({ 'example.org/note': 'ours' });
  });
});

it(`repairs are done within ${REPAIR_MS} ms`, () => {
  const inOrder = repairs.toSorted((a, b) => a - b);
  console.log(`repairs: ${inOrder.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  expect(inOrder.length).toBeGreaterThan(MENDED.length + EDITS.length);
  expect(inOrder[Math.floor(inOrder.length / 2)]).toBeLessThan(REPAIR_MS);
});

describe('a migrate Job that has done its work', () => {
  it('stays as somebody left it: it is history, and the operator has no right to change a Job', async () => {
    await plan.settle();
    const [job] = await plan.list<KubeObject>('batch/v1', 'jobs');
    const ref: Ref = ['batch/v1', 'jobs', job?.metadata.name ?? ''];
    const names = ['component', 'managed-by'].map((label) => `app.kubernetes.io/${label}`);
    const labels = Object.fromEntries(
      [...names, 'stockanalysis.dev/migration'].map((label) => [label, 'intruder']),
    );
    await plan.client.patch(plan.path(...ref), { metadata: { labels } });
    const before = plan.proxy.log.writeCount;
    await plan.settle(5000);
    expect((await read(ref))?.metadata).toMatchObject({ uid: job?.metadata.uid, labels });
    await plan.client.delete(plan.path(...ref), { propagationPolicy: 'Background' });
    // A visit that has nothing else to look at, with the Job out of its sight.
    await plan.client.patch(plan.objectPath(), { metadata: { labels: { 'example.org/visit': 'now' } } });
    await plan.settle(5000);
    expect(plan.proxy.log.writesSince(before)).toEqual([]);
    expect(await read(ref)).toBeUndefined();
    await plan.waitReady();
  });
});

describe('a generated Secret', () => {
  const ref: Ref = ['v1', 'secrets', `${OBJECT_NAME}-postgres-admin-1`];

  it('is never invented anew: its loss is said, and the old one is taken again', async () => {
    await plan.waitReady();
    const before = await plan.credentials();
    const secret = await read(ref);
    await plan.client.delete(plan.path(...ref));
    const condition = await plan.waitForCondition({
      type: 'Ready',
      status: 'False',
      reason: 'CredentialsMissing',
    });
    expect(condition.message).toContain(ref[2]);
    await plan.settle(3000);
    expect(await read(ref)).toBeUndefined();
    const { name, labels } = secret?.metadata ?? { name: '' };
    await plan.client.create(plan.path('v1', 'secrets'), { ...secret, metadata: { name, labels } });
    await plan.waitReady();
    expect(await plan.credentials()).toEqual(before);
  });
});

describe('the certificate of the database', () => {
  it('is made anew under the next number, and its users roll: it opens no data', async () => {
    await plan.waitReady();
    const claim = await plan.claimUID();
    const { [`${OBJECT_NAME}-postgres-tls-1`]: _, ...kept } = await plan.credentials();
    await plan.client.delete(plan.path('v1', 'secrets', `${OBJECT_NAME}-postgres-tls-1`));
    await eventually({ what: 'the next certificate', timeoutMs: LONGEST_MS }, () =>
      plan.find('v1', 'secrets', `${OBJECT_NAME}-postgres-tls-2`),
    );
    await plan.settle();
    await plan.waitReady();
    expect(await plan.claimUID()).toBe(claim);
    expect(await plan.credentials()).toMatchObject(kept);
    expect((await plan.object()).status?.credentials).toMatchObject({ databaseTLS: 2 });
  });
});

describe('after all of it', () => {
  it('is ready, quiet, and was never refused a call', async () => {
    await plan.waitReady();
    await plan.settle(5000);
    expect(plan.proxy.log.denied.map(formatRecord)).toEqual([]);
  });
});
