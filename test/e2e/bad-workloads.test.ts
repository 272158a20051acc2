import { stringify } from 'yaml';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { readSample } from '../../hack/deploy/platform.ts';
import { isLease, isWrite, requestsOf } from '../support/audit.ts';
import { conditionOf, kubectl, sleep, until } from './support/world.ts';

const namespace = inject('namespace');
const operatorAccount = `system:serviceaccount:${namespace}:stock-analysis-operator`;

type Spec = Record<string, unknown>;

function sample(name: string, change: (spec: Spec) => void): string {
  const manifest = readSample('minimal.yaml', namespace, name) as { spec: Spec };
  manifest.spec = { ...manifest.spec };
  change(manifest.spec);
  return stringify(manifest);
}

async function expectNotReady(name: string, reason: RegExp, object: RegExp): Promise<void> {
  let seen: unknown;
  await until(
    `${name} Ready=False with ${reason}`,
    150_000,
    async () => {
      const ready = await conditionOf(name, 'Ready');
      seen = ready;
      return ready?.status === 'False' && reason.test(ready.reason) && object.test(ready.message)
        ? ready
        : undefined;
    },
    () => seen,
  );
}

async function expectReady(name: string): Promise<void> {
  let seen: unknown;
  await until(
    `${name} Ready=True`,
    180_000,
    async () => {
      const ready = await conditionOf(name, 'Ready');
      seen = ready;
      return ready?.status === 'True' ? ready : undefined;
    },
    () => seen,
  );
}

async function remove(name: string): Promise<void> {
  await kubectl().run([
    'delete',
    'stockanalysis',
    name,
    '-n',
    namespace,
    '--timeout=120s',
    '--ignore-not-found',
  ]);
  await kubectl().run([
    'delete',
    'pvc,secret',
    '-n',
    namespace,
    '-l',
    `app.kubernetes.io/instance=${name}`,
    '--ignore-not-found',
  ]);
}

describe('a workload that cannot run', () => {
  const made: string[] = [];
  afterEach(async () => {
    for (const name of made.splice(0)) await remove(name);
  });

  it(
    'names the image that does not exist, makes no hot loop, and recovers once mended',
    { timeout: 420_000 },
    async () => {
      const name = 'bad-image';
      made.push(name);
      const small = (spec: Spec): void => {
        spec['server'] = { replicas: 1 };
      };
      const broken = (spec: Spec): void => {
        small(spec);
        spec['image'] = {
          repository: 'localhost/stock-analysis/does-not-exist',
          tag: 'v0',
          pullPolicy: 'IfNotPresent',
        };
      };
      await kubectl().apply(sample(name, broken));
      await expectNotReady(name, /Image/, /does-not-exist/);
      const since = new Date();
      await sleep(30_000);
      const requests = await requestsOf(inject('auditLog'), operatorAccount, since);
      const writes = requests.filter((one) => isWrite(one) && !isLease(one));
      console.log(`writes of the operator in 30 s with a broken image: ${writes.length}`);
      expect(writes.length).toBeLessThanOrEqual(10);
      await kubectl().apply(sample(name, small));
      await expectReady(name);
    },
  );

  it('names the pod that no node can take and recovers once mended', { timeout: 420_000 }, async () => {
    const name = 'too-big';
    made.push(name);
    await kubectl().apply(
      sample(name, (spec) => {
        spec['server'] = { replicas: 1, resources: { requests: { cpu: '500' }, limits: { cpu: '500' } } };
      }),
    );
    await expectNotReady(name, /Unschedulable/, /too-big-server/);
    await kubectl().apply(
      sample(name, (spec) => {
        spec['server'] = { replicas: 1, resources: { requests: { cpu: '10m' }, limits: { cpu: '1' } } };
      }),
    );
    await expectReady(name);
  });

  it(
    'names the storage class that does not exist and recovers once it does',
    { timeout: 420_000 },
    async () => {
      const name = 'no-class';
      made.push(name);
      await kubectl().apply(
        sample(name, (spec) => {
          spec['server'] = { replicas: 1 };
          spec['database'] = {
            mode: 'BuiltIn',
            builtIn: { storage: { size: '1Gi', storageClassName: 'absent-class' } },
          };
        }),
      );
      await expectNotReady(name, /Storage|Volume/, /no-class-postgres-data|absent-class/);
      interface StorageClass {
        metadata: Record<string, unknown>;
      }
      const standard = await kubectl().get<StorageClass>(['storageclass', 'standard']);
      await kubectl().apply(JSON.stringify({ ...standard, metadata: { name: 'absent-class' } }));
      try {
        await expectReady(name);
      } finally {
        await kubectl().run(['delete', 'storageclass', 'absent-class', '--ignore-not-found']);
      }
    },
  );
});

describe('a spec that the CRD forbids', () => {
  it.each([
    ['server.replicas', (spec: Spec): void => void (spec['server'] = { replicas: -1 })],
    ['marketData.provider', (spec: Spec): void => void (spec['marketData'] = { provider: 'Guess' })],
    ['deletionPolicy', (spec: Spec): void => void (spec['deletionPolicy'] = 'Shred')],
  ])('is refused by the API server with a message that names %s', async (field, change) => {
    await expect(kubectl().apply(sample('forbidden', change))).rejects.toThrow(`spec.${field}`);
  });

  it('is refused when storage shrinks', async () => {
    const shrunk = { spec: { database: { builtIn: { storage: { size: '1Mi' } } } } };
    const patch = kubectl().run([
      ...[
        'patch',
        'stockanalysis',
        inject('sampleName'),
        '-n',
        namespace,
        '--type=merge',
        '--dry-run=server',
      ],
      ...['-p', JSON.stringify(shrunk)],
    ]);
    await expect(patch).rejects.toThrow(/storage.*shrink|shrink.*storage/i);
  });
});
