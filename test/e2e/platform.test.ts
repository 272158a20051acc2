import { describe, expect, inject, it, onTestFailed } from 'vitest';
import { stringify } from 'yaml';
import { isLease, isWrite, requestsOf } from '../support/audit.ts';
import { conditionOf, kubectl, sleep } from './support/world.ts';

interface Meta {
  readonly name: string;
  readonly labels?: Record<string, string>;
  readonly uid: string;
  readonly resourceVersion: string;
}
interface List<T> {
  readonly items: readonly T[];
}
interface WhoAmI {
  readonly status: { readonly userInfo: { readonly username: string } };
}
interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}

/** A version of the Pod Security standard that is not the one enforced (`latest`): naming it has the pods judged again. */
const OTHER_VERSION = 'v1.34';
const VIOLATION = /existing pods in namespace ".*" violate the new PodSecurity enforce level/;

const namespace = inject('namespace');
const name = inject('sampleName');
const operatorAccount = `system:serviceaccount:${namespace}:stock-analysis-operator`;

const QUIET_MS = 120_000;

const operatorLog = (): Promise<string> =>
  kubectl().run(['logs', 'deployment/stock-analysis-operator', '-n', namespace]);

/** When it was Ready, or one of us changed an object of its namespace after that: who looks at its page changes none. */
async function untouchedSince(): Promise<Date> {
  const me = JSON.parse(await kubectl().run(['auth', 'whoami', '-o', 'json'])) as WhoAmI;
  const changes = (await requestsOf(inject('auditLog'), me.status.userInfo.username, new Date(0))).filter(
    (one) =>
      isWrite(one) &&
      one.objectRef?.namespace === namespace &&
      !['portforward', 'exec'].includes(one.objectRef.subresource ?? '') &&
      !one.requestURI.includes('dryRun=All'),
  );
  expect(changes.length).toBeGreaterThan(0);
  const ready = (await conditionOf(name, 'Ready'))?.lastTransitionTime ?? Number.NaN;
  const times = [ready, ...changes.map((one) => one.requestReceivedTimestamp)];
  return new Date(Math.max(...times.map((time) => new Date(time).getTime())));
}

describe('the platform that the operator made', () => {
  it('was Ready at most 90 s after kubectl apply, with images present', () => {
    console.log(`kubectl apply to Ready: ${inject('readySeconds').toFixed(1)} s`);
    expect(inject('readySeconds')).toBeLessThanOrEqual(90);
  });

  it('lets kubectl wait pass only for the generation that was judged', async () => {
    await kubectl().run([
      'wait',
      '--for=condition=Ready',
      `stockanalysis/${name}`,
      '-n',
      namespace,
      '--timeout=60s',
    ]);
    const object = await kubectl().get<{
      metadata: { generation: number };
      status: { conditions: { type: string; observedGeneration: number }[] };
    }>(['stockanalysis', name, '-n', namespace]);
    const generations = object.status.conditions.map((one) => one.observedGeneration);
    expect(new Set(generations)).toEqual(new Set([object.metadata.generation]));
  });

  /**
   * What the API server warns of when `enforce` were these labels: it then judges every pod that is there, but only
   * where level or version differ from what is enforced already. A dry run, so nothing changes.
   */
  async function podSecurityWarnings(space: string, version: string): Promise<string> {
    const { stderr } = await kubectl().runBoth([
      ...['label', '--dry-run=server', '--overwrite', 'namespace', space],
      'pod-security.kubernetes.io/enforce=restricted',
      `pod-security.kubernetes.io/enforce-version=${version}`,
    ]);
    return stderr;
  }

  it('runs in a namespace that enforces Pod Security restricted', async () => {
    const space = await kubectl().get<{ metadata: Meta }>(['namespace', namespace]);
    expect(space.metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted');
    const pods = await kubectl().get<List<{ metadata: Meta; status: { phase: string } }>>([
      'pods',
      '-n',
      namespace,
    ]);
    expect(pods.items.length).toBeGreaterThanOrEqual(5);
    const enforced = space.metadata.labels?.['pod-security.kubernetes.io/enforce-version'] ?? 'latest';
    expect(enforced).not.toBe(OTHER_VERSION);
    expect(await podSecurityWarnings(namespace, OTHER_VERSION)).toBe('');
  });

  it('would be warned of a pod that Pod Security restricted refuses', async () => {
    const space = `${namespace}-control`;
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'not-restricted', namespace: space },
      // Never runs: no node has this name. Pod Security judges it all the same.
      spec: {
        nodeSelector: { 'kubernetes.io/hostname': 'none' },
        containers: [{ name: 'c', image: 'none' }],
      },
    };
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: space },
    };
    await kubectl().apply(stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: space } }));
    try {
      // The controller that makes this account may not have got to the new namespace; without it no pod is admitted.
      await kubectl().apply(stringify(account));
      await kubectl().apply(stringify(pod));
      const warnings = await podSecurityWarnings(space, OTHER_VERSION);
      expect(warnings).toMatch(VIOLATION);
      expect(warnings).toContain('not-restricted');
    } finally {
      await kubectl().run(['delete', 'namespace', space, '--wait=false']);
    }
  });

  it.each(['stock-analysis-operator', `${name}-server`, `${name}-worker`, `${name}-postgres`])(
    'runs %s from an image that cannot install anything',
    async (workload) => {
      const kind = workload.endsWith('-postgres') ? 'statefulset' : 'deployment';
      const script = 'for tool in apt-get dpkg npm; do command -v $tool; done; echo looked';
      const found = await kubectl().run([
        ...['exec', '-n', namespace, `${kind}/${workload}`, '--', 'sh', '-c', script],
      ]);
      expect(found).toBe('looked\n');
    },
  );

  it('gives the operator no wildcard and nothing cluster-wide', async () => {
    const roles = await kubectl().get<List<{ metadata: Meta; rules: Rule[] }>>(['roles', '-n', namespace]);
    const rules = roles.items.flatMap((role) => role.rules);
    expect(rules.length).toBeGreaterThan(5);
    for (const rule of rules) {
      expect([...(rule.apiGroups ?? []), ...(rule.resources ?? []), ...rule.verbs]).not.toContain('*');
    }
    const bindings = await kubectl().get<List<{ subjects?: { name: string; namespace?: string }[] }>>([
      'clusterrolebindings',
    ]);
    const ours = bindings.items
      .flatMap((one) => one.subjects ?? [])
      .filter((one) => one.namespace === namespace);
    expect(ours).toEqual([]);
  });

  it('was never denied a call', async () => {
    const requests = await requestsOf(inject('auditLog'), operatorAccount, new Date(0));
    expect(requests.length).toBeGreaterThan(20);
    const denied = requests.filter((one) => [401, 403].includes(one.responseStatus?.code ?? 0));
    expect(denied.map((one) => `${one.verb} ${one.objectRef?.resource}`)).toEqual([]);
  });

  it('is left alone: no write but Lease renewals for 120 s', { timeout: 200_000 }, async () => {
    onTestFailed(async () => {
      console.error(await operatorLog());
    });
    const since = await untouchedSince();
    await sleep(Math.max(0, since.getTime() + QUIET_MS - Date.now()));
    const requests = await requestsOf(inject('auditLog'), operatorAccount, since);
    const writes = requests.filter((one) => isWrite(one) && !isLease(one));
    expect(requests.filter(isLease).length).toBeGreaterThan(10);
    expect(writes.map((one) => `${one.verb} ${one.objectRef?.resource}/${one.objectRef?.name}`)).toEqual([]);
  });

  it(
    'survives a second reconcile by a new operator process without a write',
    { timeout: 200_000 },
    async () => {
      const before = await kubectl().get<List<{ metadata: Meta }>>([
        'pods',
        '-n',
        namespace,
        '-l',
        'app.kubernetes.io/instance=' + name,
      ]);
      const since = new Date();
      await kubectl().run(['rollout', 'restart', 'deployment/stock-analysis-operator', '-n', namespace]);
      await kubectl().run([
        'rollout',
        'status',
        'deployment/stock-analysis-operator',
        '-n',
        namespace,
        '--timeout=120s',
      ]);
      await sleep(20_000);
      const requests = await requestsOf(inject('auditLog'), operatorAccount, since);
      expect(requests.some((one) => one.verb === 'list' && one.objectRef?.resource === 'stockanalyses')).toBe(
        true,
      );
      const writes = requests.filter((one) => isWrite(one) && !isLease(one));
      // The audit log has no bodies: what was written, and why, the operator says.
      const said = await operatorLog();
      const written = writes.map((one) => `${one.verb} ${one.objectRef?.resource}/${one.objectRef?.name}`);
      if (written.length > 0) throw new Error(`${written.join(', ')}; the operator says:\n${said}`);
      const after = await kubectl().get<List<{ metadata: Meta }>>([
        'pods',
        '-n',
        namespace,
        '-l',
        'app.kubernetes.io/instance=' + name,
      ]);
      expect(after.items.map((pod) => pod.metadata.uid).toSorted()).toEqual(
        before.items.map((pod) => pod.metadata.uid).toSorted(),
      );
    },
  );
});
