import { describe, expect, it } from 'vitest';
import type { StockAnalysisSpecInput } from '../api/index.ts';
import { labelsOf, type Component } from '../naming/index.ts';
import {
  aktoolsNetworkPolicy,
  migrateNetworkPolicy,
  postgresNetworkPolicy,
  serverNetworkPolicy,
  workerNetworkPolicy,
} from './index.ts';
import type { Manifest, Target } from './manifest.ts';
import { letsIn, letsOut, selects, specOf, type End, type PolicySpec } from './testing/policy-evaluation.ts';
import { testTarget } from './testing/target.ts';

const POLICIES = {
  postgres: postgresNetworkPolicy,
  migrate: migrateNetworkPolicy,
  server: serverNetworkPolicy,
  worker: workerNetworkPolicy,
  aktools: aktoolsNetworkPolicy,
} satisfies Partial<Record<Component, (target: Target) => Manifest>>;
type Part = keyof typeof POLICIES;
const PARTS = Object.keys(POLICIES) as Part[];

const policy = (part: Part, spec: StockAnalysisSpecInput = {}): PolicySpec =>
  specOf(POLICIES[part](testTarget(spec)));
const pod = (part: Part, instance = 'demo', namespace?: string): End => ({
  labels: labelsOf(instance, part),
  ...(namespace === undefined ? {} : { namespace }),
});

const BUILT_IN: StockAnalysisSpecInput = {};
const AKTOOLS: StockAnalysisSpecInput = { marketData: { provider: 'AKTools' } };
const ELSEWHERE: StockAnalysisSpecInput = {
  marketData: { provider: 'AKTools', aktools: { url: 'http://aktools.example:8080' } },
};
const EXTERNAL: StockAnalysisSpecInput = {
  database: { mode: 'External', external: { secretRef: { name: 'theirs' } } },
};

/** Who opens connections to whom, on which port; the two sides must agree, whichever policy a plugin looks at. */
const CONNECTIONS: readonly (readonly [from: Part, to: Part, port: number])[] = [
  ['server', 'postgres', 5432],
  ['worker', 'postgres', 5432],
  ['migrate', 'postgres', 5432],
  ['worker', 'aktools', 8080],
];
const PORTS = [22, 53, 443, 5432, 6443, 8080, 8432, 9090];

describe('the network policies of one object', () => {
  it.each(PARTS)('hold for the pods of %s alone, in both directions', (part) => {
    const spec = policy(part);
    expect(PARTS.filter((one) => selects(spec.podSelector, labelsOf('demo', one)))).toEqual([part]);
    expect(selects(spec.podSelector, labelsOf('other', part))).toBe(false);
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
  });

  it.each(PARTS.flatMap((from) => PARTS.filter((to) => to !== from).map((to) => [from, to] as const)))(
    'let %s talk to %s where it needs to, and nowhere else',
    (from, to) => {
      const open = PORTS.filter(
        (port) =>
          letsOut(policy(from, AKTOOLS), pod(to), port) && letsIn(policy(to, AKTOOLS), pod(from), port),
      );
      expect(open).toEqual(
        CONNECTIONS.filter(([source, target]) => source === from && target === to).map(([, , port]) => port),
      );
    },
  );

  it('let workers ask each other on the management port, and nothing else of this object or another', () => {
    const [spec, worker] = [policy('worker'), pod('worker')];
    expect(PORTS.filter((port) => letsOut(spec, worker, port) && letsIn(spec, worker, port))).toEqual([9090]);
    for (const end of [
      pod('server'),
      pod('worker', 'other'),
      pod('worker', 'demo', 'elsewhere'),
      { address: '10.0.0.7' },
    ])
      expect(letsOut(spec, end, 9090)).toBe(false);
  });

  it('leave no way to AKTools where the object has none', () => {
    expect(letsOut(policy('worker', BUILT_IN), pod('aktools'), 8080)).toBe(false);
    expect(letsOut(policy('worker', AKTOOLS), pod('aktools'), 8080)).toBe(true);
  });
});

describe('PostgreSQL', () => {
  const spec = policy('postgres');
  const operator = {
    'app.kubernetes.io/name': 'whatever-the-release-says',
    'app.kubernetes.io/component': 'operator',
    'app.kubernetes.io/part-of': 'stock-analysis',
  };

  it.each<[string, End, boolean]>([
    ['its operator, in another namespace', { labels: operator, namespace: 'operators' }, true],
    ['something else there', { labels: labelsOf('demo', 'server'), namespace: 'operators' }, false],
    ['what calls itself an operator elsewhere', { labels: operator, namespace: 'tenant' }, false],
    ['what calls itself an operator beside it', { labels: operator }, false],
    ['a server of another object', pod('server', 'other'), false],
    ['a server of this name in another namespace', pod('server', 'demo', 'elsewhere'), false],
    ['a node', { address: '10.0.0.7' }, false],
  ])('is asked by %s: %o is %s', (_, end, expected) => {
    expect(letsIn(spec, end, 5432)).toBe(expected);
  });

  it('is asked on its port alone, and asks nobody, not even for names', () => {
    const inside = { labels: operator, namespace: 'operators' };
    expect(PORTS.filter((port) => letsIn(spec, inside, port))).toEqual([5432]);
    for (const end of [pod('server'), { address: '8.8.8.8' }, { address: '169.254.20.10' }])
      for (const port of PORTS)
        for (const protocol of ['TCP', 'UDP']) expect(letsOut(spec, end, port, protocol)).toBe(false);
  });

  it('lets its operator in where both are in one namespace', () => {
    const beside = specOf(postgresNetworkPolicy({ ...testTarget(), operatorNamespace: 'stock-analysis' }));
    expect(letsIn(beside, { labels: operator }, 5432)).toBe(true);
  });
});

describe('the way in', () => {
  const user: End = { address: '203.0.113.9' };
  const prometheus: End = { labels: { 'app.kubernetes.io/name': 'prometheus' }, namespace: 'monitoring' };

  it.each<[Part, readonly number[], readonly number[]]>([
    ['server', [8080], [8080, 9090]],
    ['worker', [], [9090]],
    ['migrate', [], []],
  ])('of %s: ports %j for anybody, %j for pods of any namespace', (part, forUsers, forPods) => {
    expect(PORTS.filter((port) => letsIn(policy(part), user, port))).toEqual(forUsers);
    expect(PORTS.filter((port) => letsIn(policy(part), prometheus, port))).toEqual(forPods);
  });
});

describe('the way out', () => {
  const internet: End = { address: '61.152.230.207' };
  const apiServer: End = { address: '10.96.0.1' };
  const clients = ['server', 'worker', 'migrate'] as const;

  it.each(clients)('of %s: names, from pods and from the node alone', (part) => {
    const answers: readonly End[] = [
      { labels: { 'k8s-app': 'kube-dns' }, namespace: 'kube-system' },
      { labels: { 'dns.operator.openshift.io/daemonset-dns': 'default' }, namespace: 'openshift-dns' },
      { address: '169.254.20.10' },
    ];
    const others = ['8.8.8.8', '10.0.0.7', '224.0.0.251', '2001:4860:4860::8888'];
    // Behind the Service: a policy sees the port of the pod.
    for (const port of [53, 1053, 5353, 8053])
      for (const protocol of ['TCP', 'UDP']) {
        for (const end of answers) expect(letsOut(policy(part), end, port, protocol)).toBe(true);
        for (const address of others) expect(letsOut(policy(part), { address }, port, protocol)).toBe(false);
      }
  });

  it.each<[string, StockAnalysisSpecInput, readonly Part[]]>([
    ['the built-in database and the sample', BUILT_IN, []],
    ['the built-in database and an AKTools of the operator', AKTOOLS, []],
    ['an AKTools elsewhere', ELSEWHERE, ['worker']],
    ['a database elsewhere', EXTERNAL, ['server', 'worker', 'migrate']],
    ['both elsewhere', { ...EXTERNAL, ...ELSEWHERE }, ['server', 'worker', 'migrate']],
  ])('leads outside with %s: %o for %j', (_, spec, expected) => {
    for (const [end, port] of [
      [internet, 443],
      [apiServer, 443],
      [{ address: '10.1.2.3' }, 5432],
    ] as const)
      expect(clients.filter((part) => letsOut(policy(part, spec), end, port))).toEqual(expected);
  });

  it('of workers leads to the ports of notifications, everywhere, and to no other', () => {
    const spec = specOf(workerNetworkPolicy(testTarget(), [443, 587]));
    const open = [25, 443, 465, 587, 8080].filter((port) => letsOut(spec, internet, port));
    expect(open).toEqual([443, 587]);
    expect(letsOut(spec, internet, 443, 'UDP')).toBe(false);
    expect(letsOut(policy('server'), internet, 587)).toBe(false);
  });

  it('of servers leads to the port of traces, everywhere, and to no other', () => {
    const spec = specOf(serverNetworkPolicy(testTarget(), [4318]));
    expect([443, 4317, 4318].filter((port) => letsOut(spec, internet, port))).toEqual([4318]);
  });
});
