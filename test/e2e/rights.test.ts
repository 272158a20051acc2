/**
 * Granted = used. One object is led through everything that the operator may have to do with a right; together with
 * what the other tests caused, the audit log must then show every verb of its Roles in use, and no refused call.
 * This file runs last, see the sequencer in vitest.config.ts.
 */
import { stringify } from 'yaml';
import { describe, expect, inject, it } from 'vitest';
import { readSample } from '../../hack/deploy/platform.ts';
import { requestsOf } from '../support/audit.ts';
import { grantedBy, usedIn, type Rule } from './support/granted.ts';
import { conditionOf, kubectl, until } from './support/world.ts';

interface Child {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

const namespace = inject('namespace');
const name = 'rights';
const operatorAccount = `system:serviceaccount:${namespace}:stock-analysis-operator`;
const OBJECT = ['stockanalysis', name, '-n', namespace];
const COMPONENT = 'app.kubernetes.io/component';

/** Verbs that only trouble needs, which a healthy cluster does not make; the tests named here make it, and see them used. */
const FOR_TROUBLE = new Map([
  // test/apiserver/events.test.ts
  ['patch events.events.k8s.io', 'the same Event again: it becomes a series'],
]);

function manifest(spec: Readonly<Record<string, unknown>> = {}): string {
  const object = readSample('minimal.yaml', namespace, name) as { spec: Record<string, unknown> };
  return stringify({ ...object, spec: { ...object.spec, server: { replicas: 1 }, ...spec } });
}

const ready = (): Promise<unknown> =>
  until(
    `${name} Ready=True for its generation`,
    180_000,
    async () => {
      const object = await kubectl().get<{ metadata: { generation: number } }>(OBJECT);
      const condition = await conditionOf(name, 'Ready');
      const isOf = condition?.observedGeneration === object.metadata.generation;
      return condition?.status === 'True' && isOf ? true : undefined;
    },
    () => 'not ready',
  );

async function children(kinds: string): Promise<readonly Child[]> {
  const selector = `app.kubernetes.io/instance=${name}`;
  return (await kubectl().get<{ items: readonly Child[] }>([kinds, '-n', namespace, '-l', selector])).items;
}

const LABELLED =
  'configmaps,serviceaccounts,services,pvc,statefulsets,deployments,secrets,networkpolicies,poddisruptionbudgets,prometheusrules,podmonitors';

/** Somebody writes a label of ours on every child; the operator writes it back. */
async function repairsEverything(): Promise<void> {
  // The second server brings the disruption budget, which goes with it again.
  await kubectl().apply(manifest({ server: { replicas: 2 } }));
  await ready();
  const all = await children(LABELLED);
  expect(all.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['NetworkPolicy', 'PodDisruptionBudget', 'PrometheusRule', 'PodMonitor']),
  );
  // Generated credentials are immutable and never written again.
  const ours = all.filter(({ metadata }) => metadata.labels?.[COMPONENT] !== 'credentials');
  const refs = ours.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  await kubectl().run(['label', '--overwrite', '-n', namespace, ...refs, `${COMPONENT}=somebody-else`]);
  await until('the labels to be written back', 60_000, async () => {
    const now = await children(LABELLED);
    return now.every(({ metadata }) => metadata.labels?.[COMPONENT] !== 'somebody-else') || undefined;
  });
  await kubectl().apply(manifest());
  await until('the budget of one server to be gone', 60_000, async () =>
    (await children('poddisruptionbudgets')).length === 0 ? true : undefined,
  );
  await ready();
}

/** What an operator that named its children otherwise would have left behind. */
async function prunesLeftovers(): Promise<void> {
  const { metadata } = await kubectl().get<{ metadata: { uid: string } }>(OBJECT);
  const owner = { apiVersion: 'stockanalysis.dev/v1alpha1', kind: 'StockAnalysis', name, uid: metadata.uid };
  const labels = (await children('services'))[0]?.metadata.labels;
  const leftover = {
    name: `${name}-former`,
    namespace,
    labels,
    ownerReferences: [{ ...owner, controller: true }],
  };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: leftover, spec: { ports: [{ port: 80 }] } };
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: leftover };
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: leftover,
    spec: { podSelector: { matchLabels: { app: 'former' } } },
  };
  await kubectl().apply([service, account, policy].map((object) => stringify(object)).join('---\n'));
  await until('the leftovers to be pruned', 60_000, async () => {
    const left = await children('services,serviceaccounts,networkpolicies');
    return left.every((child) => child.metadata.name !== leftover.name) || undefined;
  });
}

/** Somebody has another way to watch it. */
async function goesUnwatched(): Promise<void> {
  await kubectl().apply(manifest({ monitoring: { enabled: false } }));
  await until('what watches it to be gone', 60_000, async () =>
    (await children('prometheusrules,podmonitors')).length === 0 ? true : undefined,
  );
  await kubectl().apply(manifest());
  await ready();
}

/** Three configurations: of content-addressed objects the newest two are kept. */
async function supersedesConfiguration(): Promise<void> {
  for (const symbols of [['000001.SZ'], ['600000.SH'], ['000001.SZ', '600000.SH']]) {
    await kubectl().apply(manifest({ marketData: { provider: 'Sample', symbols } }));
    await ready();
  }
  await kubectl().apply(manifest());
  await ready();
}

/** A migration that never runs is superseded by the next one. */
async function supersedesMigration(): Promise<void> {
  await kubectl().apply(manifest({ image: { repository: 'localhost/absent', tag: '1' } }));
  await until('ImagePullFailed', 120_000, async () =>
    (await conditionOf(name, 'Ready'))?.reason === 'ImagePullFailed' ? true : undefined,
  );
  await kubectl().run(['patch', ...OBJECT, '--type=json', '-p', '[{"op":"remove","path":"/spec/image"}]']);
  await ready();
}

/** Objects of others under the names of our children: they are looked at and left alone. */
async function meetsStrangers(): Promise<void> {
  const kinds = 'configmaps,serviceaccounts,services,statefulsets,deployments,jobs,secrets,networkpolicies';
  const ours = (await children(kinds)).filter(
    ({ metadata }) => metadata.labels?.[COMPONENT] !== 'credentials',
  );
  await kubectl().run(['delete', ...OBJECT, '--timeout=120s']);
  await until('its children to be collected', 120_000, async () => {
    const left = await children(
      'configmaps,serviceaccounts,services,statefulsets,deployments,jobs,pods,networkpolicies',
    );
    return left.length === 0 || undefined;
  });
  await kubectl().apply(ours.map((child) => stringify(strange(child))).join('---\n'));
  await kubectl().apply(manifest());
  // Whatever the object names as taken is taken away, until nothing is.
  await until('the strangers to be named one after the other', 300_000, async () => {
    const condition = await conditionOf(name, 'Ready');
    if (condition?.status === 'True') return true;
    const [, kind, taken] = /([A-Z]\w+) (\S+) exists and is left alone/.exec(condition?.message ?? '') ?? [];
    if (condition?.reason !== 'Conflict' || !kind || !taken) return undefined;
    await kubectl().run(['delete', kind, taken, '-n', namespace, '--ignore-not-found']);
    // No watch tells of strangers, and old trouble is looked at seldom: a change of the object is looked at now.
    await kubectl().run(['annotate', ...OBJECT, '--overwrite', `example.org/removed=${kind}-${taken}`]);
    return undefined;
  });
}

const CONTAINER = {
  name: 'stranger',
  image: 'localhost/stranger:1',
  securityContext: {
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
};

function strange({ apiVersion, kind, metadata }: Child): unknown {
  const labels = { stranger: metadata.name };
  const template = { metadata: { labels }, spec: { containers: [CONTAINER] } };
  const workload = { replicas: 0, selector: { matchLabels: labels }, template };
  const specs: Readonly<Record<string, unknown>> = {
    Service: { ports: [{ port: 80 }] },
    NetworkPolicy: { podSelector: { matchLabels: labels } },
    Deployment: workload,
    StatefulSet: { ...workload, serviceName: 'stranger' },
    Job: { suspend: true, template: { spec: { ...template.spec, restartPolicy: 'Never' } } },
  };
  const spec = specs[kind];
  return { apiVersion, kind, metadata: { name: metadata.name, namespace }, ...(spec ? { spec } : {}) };
}

async function removesData(): Promise<void> {
  await kubectl().apply(manifest({ deletionPolicy: 'Delete' }));
  // The finalizer is put on at the visit that this causes; an object without one is gone at once, its volume kept.
  await ready();
  await kubectl().run(['annotate', ...OBJECT, `stockanalysis.dev/confirm-delete=${name}`]);
  await kubectl().run(['delete', ...OBJECT, '--timeout=180s']);
  const labelled = 'pvc,secrets';
  await until('volume and credentials to be gone', 60_000, async () =>
    (await children(labelled)).length === 0 ? true : undefined,
  );
}

describe('the rights of the operator', () => {
  it('are used by what it does for one object', { timeout: 900_000 }, async () => {
    await kubectl().apply(manifest());
    await ready();
    await repairsEverything();
    await prunesLeftovers();
    await goesUnwatched();
    await supersedesConfiguration();
    await supersedesMigration();
    await meetsStrangers();
    await removesData();
    expect(await kubectl().find(OBJECT)).toBeUndefined();
  });

  it('are all used, and no other was ever asked for', async () => {
    const { items } = await kubectl().get<{ items: readonly { readonly rules: readonly Rule[] }[] }>([
      'roles',
      '-n',
      namespace,
      '-l',
      'app.kubernetes.io/name=stock-analysis-operator',
    ]);
    const granted = grantedBy(items.flatMap(({ rules }) => rules));
    const requests = await requestsOf(inject('auditLog'), operatorAccount, new Date(0));
    const used = usedIn(requests);
    const denied = requests.filter(({ responseStatus }) => [401, 403].includes(responseStatus?.code ?? 0));
    expect(granted.size).toBeGreaterThan(40);
    expect(denied.map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`)).toEqual([]);
    expect([...used].filter((right) => !granted.has(right))).toEqual([]);
    expect([...granted].filter((right) => !used.has(right) && !FOR_TROUBLE.has(right))).toEqual([]);
  });
});
