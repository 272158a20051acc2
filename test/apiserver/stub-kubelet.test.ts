/** The stand-in for kubelet, scheduler and provisioner, and the real PostgreSQL behind it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createServerCertificate } from '../../operator/src/postgres/index.ts';
import { DatabaseGate } from '../support/database-gate.ts';
import { KubeClient, readKubeconfig } from '../support/kube-client.ts';
import type { PersistentVolumeClaim, Pod } from '../support/kube-objects.ts';
import { StubKubelet } from '../support/stub-kubelet.ts';
import { withDatabase } from '../support/stub-workloads.ts';
import { eventually } from '../support/wait.ts';

const tier = inject('tier');
const admin = new KubeClient(readKubeconfig(tier.kubeconfig));
const namespace = 'stub-kubelet';
const core = (resource: string, name = ''): string =>
  `/api/v1/namespaces/${namespace}/${resource}${name && `/${name}`}`;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;

let gate: DatabaseGate;
let kubelet: StubKubelet;

beforeAll(async () => {
  await admin.create('/api/v1/namespaces', { metadata: { name: namespace } });
  const directory = join(tier.scratch, namespace);
  mkdirSync(directory, { mode: 0o755 });
  gate = await DatabaseGate.open();
  kubelet = StubKubelet.start({ ...tier, client: admin, namespace, directory, gate });
});

afterAll(async () => {
  await kubelet.stop();
  await gate.close();
  admin.close();
});

function deployment(
  name: string,
  pod: Record<string, unknown>,
  labels: Record<string, string> = {},
): unknown {
  const all = { app: name, ...labels };
  return {
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: all }, spec: pod } },
  };
}

function podOf(name: string, accept: (pod: Pod) => boolean): Promise<Pod> {
  return eventually({ what: `a fitting pod of ${name}`, timeoutMs: 90_000 }, async () =>
    (await admin.list<Pod>(`${core('pods')}?labelSelector=app%3D${name}`)).find(accept),
  ).catch((error: unknown) => {
    throw new Error(`the kubelet says: ${JSON.stringify([...kubelet.problems])}`, { cause: error });
  });
}

const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
const waitingReason = (pod: Pod): string | undefined =>
  pod.status?.containerStatuses?.[0]?.state?.waiting?.reason;

const claim = (name: string, storageClassName?: string): unknown => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName },
});

describe('stub kubelet', () => {
  it('keeps a pod waiting for a Secret and starts it when the Secret appears', async () => {
    const volumes = [{ name: 'v', secret: { secretName: 'late' } }];
    const containers = [{ name: 'c', image: 'any', volumeMounts: [{ name: 'v', mountPath: '/v' }] }];
    await admin.create(deployments, deployment('late', { volumes, containers }));
    await podOf('late', (pod) => waitingReason(pod) === 'ContainerCreating');
    await admin.create(core('secrets'), { metadata: { name: 'late' } });
    expect(await podOf('late', isReady)).toBeDefined();
  });

  it('reports an image that cannot be pulled, a crash and an unschedulable pod, and recovers', async () => {
    kubelet.script.pullable = (image) => image !== 'absent';
    await admin.create(deployments, deployment('pull', { containers: [{ name: 'c', image: 'absent' }] }));
    await podOf('pull', (pod) => waitingReason(pod) === 'ImagePullBackOff');
    kubelet.script.crash = (pod) =>
      pod.metadata.labels?.['app'] === 'pull' ? { exitCode: 3, message: 'no' } : undefined;
    kubelet.script.pullable = () => true;
    await podOf('pull', (pod) => waitingReason(pod) === 'CrashLoopBackOff');
    kubelet.script.crash = () => undefined;
    await podOf('pull', isReady);
    const resources = { requests: { cpu: '1000' } };
    await admin.create(
      deployments,
      deployment('large', { containers: [{ name: 'c', image: 'any', resources }] }),
    );
    const large = await podOf('large', (pod) => pod.status?.conditions !== undefined);
    expect(large.status?.conditions).toMatchObject([{ type: 'PodScheduled', reason: 'Unschedulable' }]);
  });

  it('carries a Job pod to its end', async () => {
    const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
    const job = {
      metadata: { name: 'job' },
      spec: {
        template: {
          metadata: { labels: { app: 'job' } },
          spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'any' }] },
        },
      },
    };
    await admin.create(jobs, job);
    const succeeded = await eventually({ what: 'the Job to complete', timeoutMs: 90_000 }, async () => {
      const { status } = await admin.get<{ status: { succeeded?: number } }>(`${jobs}/job`);
      return status.succeeded;
    });
    expect(succeeded).toBe(1);
  });

  it('binds a claim of a known StorageClass and leaves one of an unknown class pending', async () => {
    await admin.create(core('persistentvolumeclaims'), claim('unknown', 'rig-unknown'));
    await admin.create(core('persistentvolumeclaims'), claim('known'));
    const phase = async (name: string): Promise<string | undefined> =>
      (await admin.get<PersistentVolumeClaim>(core('persistentvolumeclaims', name))).status?.phase;
    await eventually({ what: 'the claim to be bound', timeoutMs: 90_000 }, async () =>
      (await phase('known')) === 'Bound' ? true : undefined,
    );
    expect(await phase('unknown')).toBe('Pending');
  });

  it('deletes a bound pod at once', async () => {
    const before = await podOf('late', isReady);
    await admin.delete(core('pods', before.metadata.name));
    const after = await podOf('late', (pod) => isReady(pod) && pod.metadata.uid !== before.metadata.uid);
    expect(after.metadata.name).not.toBe(before.metadata.name);
  });
});

describe('PostgreSQL', () => {
  it('runs with the files that its pod mounts, keeps its data, and is not ready without them', async () => {
    const host = `db.${namespace}.svc`;
    const { ca, certificate, key } = await createServerCertificate([host], new Date());
    const tls = { 'ca.crt': ca, 'tls.crt': certificate, 'tls.key': key };
    await admin.create(core('persistentvolumeclaims'), {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await admin.create(core('configmaps'), {
      metadata: { name: 'db' },
      data: {
        'postgresql.conf': "ssl = on\nport = 5432\nwork_mem = '5MB'\n",
        'pg_hba.conf': 'hostssl all all all scram-sha-256\n',
      },
    });
    const etc = '/etc/stock-analysis/postgres';
    const volumes = [
      { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'admin', secret: { secretName: 'admin' } },
      { name: 'tls', secret: { secretName: 'tls' } },
      { name: 'config', configMap: { name: 'db' } },
    ];
    const volumeMounts = [
      { name: 'data', mountPath: '/var/lib/postgresql/data' },
      ...['admin', 'tls', 'config'].map((name) => ({ name, mountPath: `${etc}/${name}` })),
    ];
    const labels = { 'app.kubernetes.io/component': 'postgres' };
    await admin.create(
      deployments,
      deployment('db', { volumes, containers: [{ name: 'c', image: 'any', volumeMounts }] }, labels),
    );
    await podOf('db', (pod) => waitingReason(pod) === 'ContainerCreating');
    await admin.create(core('secrets'), { metadata: { name: 'tls' }, stringData: tls });
    await admin.create(core('secrets'), {
      metadata: { name: 'admin' },
      stringData: { username: 'postgres', password: 'se cret' },
    });
    const first = await podOf('db', isReady);

    const access = {
      host,
      port: '5432',
      name: 'postgres',
      username: 'postgres',
      password: 'se cret',
      'ca.crt': tls['ca.crt'],
    };
    const files = new Map(
      Object.entries(access).map(([name, value]) => [`/etc/stock-analysis/database/${name}`, value]),
    );
    const environment = { ...tier, directory: '', gate };
    const query = (sql: string): Promise<unknown> =>
      withDatabase(
        environment,
        { files, claims: new Map() },
        async (client) => (await client.query({ text: sql, rowMode: 'array' })).rows,
      );
    expect(await query('show work_mem')).toEqual([['5MB']]);
    expect(await query('show data_checksums')).toEqual([['on']]);
    await query('create table kept (id int)');

    await admin.delete(core('pods', first.metadata.name));
    await podOf('db', (pod) => isReady(pod) && pod.metadata.uid !== first.metadata.uid);
    expect(await query("select count(*)::int from pg_class where relname = 'kept'")).toEqual([[1]]);

    await kubelet.crashDatabase();
    await eventually({ what: 'PostgreSQL to be back', timeoutMs: 10_000 }, async () => query('select 1'));
    files.set('/etc/stock-analysis/database/password', 'other');
    await expect(query('select 1')).rejects.toThrow('password authentication failed');
  });
});
