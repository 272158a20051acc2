/**
 * AKTools as the operator runs it: the real package in the image that is built here, without a way to its sources. The
 * local cluster enforces no network policy, so of that one the object is looked at.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { stringify } from 'yaml';
import { provider } from '../../hack/cluster/index.ts';
import { readSample } from '../../hack/deploy/platform.ts';
import { buildAKTools } from '../../hack/images/index.ts';
import { conditionOf, kubectl, until } from './support/world.ts';

interface NetworkPolicy {
  readonly metadata: { readonly uid: string };
  readonly spec: {
    readonly ingress: readonly { readonly from: readonly unknown[] }[];
    readonly policyTypes: unknown;
  };
}
interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly readinessProbe: { readonly exec: { readonly command: readonly string[] } };
        }[];
      };
    };
  };
}

const namespace = inject('namespace');
const NAME = 'live';
const CHILD = `${NAME}-aktools`;
const OBJECT = ['stockanalysis', NAME, '-n', namespace];
const POLICY = ['networkpolicy', CHILD, '-n', namespace];

const sample = readSample('aktools.yaml', namespace, NAME) as { spec: Record<string, unknown> };
const spec = { ...sample.spec, server: { replicas: 1 } };

async function condition(type: string, status: string, reason: string): Promise<string> {
  let seen: unknown;
  const found = await until(
    `${NAME} ${type}=${status} (${reason})`,
    180_000,
    async () => {
      const one = await conditionOf(NAME, type);
      seen = one;
      const { metadata } = await kubectl().get<{ metadata: { generation: number } }>(OBJECT);
      const isOf = one?.observedGeneration === metadata.generation;
      return isOf && one.status === status && one.reason === reason ? one : undefined;
    },
    () => seen,
  );
  return found.message;
}

const exec = (workload: string, command: readonly string[]): Promise<string> =>
  kubectl().run([
    'exec',
    '-n',
    namespace,
    `deployment/${workload}`,
    '-c',
    workload.replace(`${NAME}-`, ''),
    '--',
    ...command,
  ]);

/** What a worker is answered; only from there the policy lets anybody in. */
async function ask(path: string): Promise<{ status: number; body: unknown }> {
  const script = `fetch('http://${CHILD}:8080${path}').then(async (r) => console.log(JSON.stringify({ status: r.status, body: await r.json() })))`;
  return JSON.parse(await exec(`${NAME}-worker`, ['node', '-e', script])) as {
    status: number;
    body: unknown;
  };
}

beforeAll(async () => {
  await provider().deliver([await buildAKTools()]);
  const stranger = { podSelector: { matchLabels: { app: 'stranger' } }, policyTypes: ['Ingress'] };
  const metadata = { name: CHILD, namespace };
  await kubectl().apply(
    stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: stranger }),
  );
  await kubectl().apply(stringify({ ...sample, spec }));
});

afterAll(async () => {
  await kubectl().run(['delete', ...OBJECT, '--timeout=120s', '--ignore-not-found']);
  await kubectl().run(['delete', 'pvc,secret', '-n', namespace, '-l', `app.kubernetes.io/instance=${NAME}`]);
});

describe('the sample with AKTools', () => {
  it('says who has a name that it needs, and goes on without', async () => {
    expect(await condition('DataSourceAvailable', 'False', 'Conflict')).toContain(`NetworkPolicy ${CHILD}`);
    await kubectl().run(['delete', ...POLICY]);
    // No watch tells of strangers: a change of the object is looked at now.
    await kubectl().run(['annotate', ...OBJECT, 'example.org/removed=policy']);
  });

  it('becomes Ready with the image that the operator brings', async () => {
    expect(await condition('DataSourceAvailable', 'True', 'Available')).toContain(CHILD);
    await condition('Ready', 'True', 'Available');
    const reference = provider().nameOf((await buildAKTools()).ref);
    const { status } = await kubectl().get<{ status: { image: { aktools: unknown } } }>(OBJECT);
    expect(status.image.aktools).toEqual({ reference, origin: 'Operator' });
  });

  it('answers a worker: what it has not, and what AkShare knows without asking anybody', async () => {
    expect(await ask('/api/public/_probe_')).toEqual({
      status: 404,
      body: { error: expect.stringContaining('AKShare') as unknown },
    });
    const { status, body } = await ask('/api/public/spot_symbol_table_sge');
    expect(status).toBe(200);
    expect(body).toContainEqual(expect.objectContaining({ 品种: 'Au99.99' }));
  });

  it('runs as nobody who could do harm: no token, nothing to write to, nothing to install with', async () => {
    const script = [
      'id -u',
      'ls /var/run/secrets/kubernetes.io 2>/dev/null',
      'touch /opt/aktools/x 2>/dev/null && echo written',
      'for tool in pip pip3 apt-get dpkg cc; do command -v $tool; done',
      'python3 -c "import pip" 2>/dev/null && echo pip',
      'echo looked',
    ];
    expect(await exec(CHILD, ['sh', '-c', script.join('\n')])).toBe('10001\nlooked\n');
  });

  it('is not taken for ready by an answer that is not of AKTools', async () => {
    const deployment = await kubectl().get<Deployment>(['deployment', CHILD, '-n', namespace]);
    const command = deployment.spec.template.spec.containers[0]?.readinessProbe.exec.command ?? [];
    await exec(CHILD, command);
    // A Web server that knows nothing answers 404, too.
    const elsewhere = command.map((part) => part.replace('8080', '8099'));
    const other =
      'python3 -m http.server 8099 --directory /tmp >/dev/null 2>&1 & sleep 1; "$@"; echo "code $?"; kill $!';
    expect(await exec(CHILD, ['sh', '-c', other, 'sh', ...elsewhere])).toBe('code 1\n');
  });

  it('is shut in by a policy that nobody else may widen', async () => {
    const before = await kubectl().get<NetworkPolicy>(POLICY);
    expect(before.spec.policyTypes).toEqual(['Ingress', 'Egress']);
    const worker = { 'app.kubernetes.io/instance': NAME, 'app.kubernetes.io/component': 'worker' };
    expect(before.spec.ingress).toHaveLength(1);
    expect(before.spec.ingress[0]?.from).toEqual([
      { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'stock-analysis', ...worker } } },
    ]);
    const wider = [{ op: 'add', path: '/spec/ingress/0/from/-', value: { podSelector: {} } }];
    await kubectl().run(['patch', ...POLICY, '--type=json', '-p', JSON.stringify(wider)]);
    await until('the policy to be as it was', 30_000, async () => {
      const { spec: now } = await kubectl().get<NetworkPolicy>(POLICY);
      return JSON.stringify(now) === JSON.stringify(before.spec) || undefined;
    });
    expect((await kubectl().get<NetworkPolicy>(POLICY)).metadata.uid).toBe(before.metadata.uid);
  });
});
