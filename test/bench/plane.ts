/** A control plane for one measurement, and the operator as a process of its own on it, as its image runs it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startControlPlane, stopControlPlane } from '../../hack/cluster/control-plane.ts';
import { ProcessTable } from '../../hack/cluster/processes.ts';
import { capture } from '../../hack/lib/shell.ts';
import { withToken, writeTokens } from '../support/admin-token.ts';
import { installCRD } from '../support/crd.ts';
import { Informer } from '../support/informer.ts';
import { KubeClient, readKubeconfig } from '../support/kube-client.ts';
import type { KubeObject, StockAnalysis } from '../support/kube-objects.ts';
import { OperatorProcess } from '../support/operator-process.ts';
import { SERVICE_ACCOUNT, grantRole } from '../support/operator-rights.ts';
import { killLedger } from '../support/processes.ts';
import { StubProvisioner, storageClass } from '../support/stub-provisioner.ts';
import { eventually } from '../support/wait.ts';
import { PodMarker } from './pod-marker.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const NAMESPACE = 'bench';
export const OPERATOR_USER = `system:serviceaccount:${NAMESPACE}:${SERVICE_ACCOUNT}`;

/** Nothing but the operator shall be the limit: the usual 20 requests per second of the controllers would be. */
const FLAGS = {
  etcd: ['--quota-backend-bytes=4294967296'],
  'kube-apiserver': [
    '--max-requests-inflight=2000',
    '--max-mutating-requests-inflight=1000',
    '--enable-priority-and-fairness=false',
  ],
  'kube-controller-manager': [
    '--kube-api-qps=2000',
    '--kube-api-burst=2000',
    '--concurrent-deployment-syncs=20',
    '--concurrent-replicaset-syncs=20',
    '--concurrent-job-syncs=20',
    // Pods without a node are errors to them, which they try again and again; the operator reads nothing of theirs.
    '--controllers=*,-endpointslice-controller,-endpoints-controller,-endpointslice-mirroring-controller',
  ],
} as const;

/** To fit the 256 MiB of the chart's container; with a whole machine before it V8 lets garbage lie. */
const HEAP = '--max-old-space-size=102 --max-semi-space-size=4';

const ignore = (): void => undefined;

/** Between two looks at claims that wait for a volume. */
const PROVISION_MS = 500;

const running = new Set<Plane>();

/** For a signal in the middle of a measurement. */
export async function stopPlanes(): Promise<void> {
  await Promise.all([...running].map((plane) => plane.stop()));
}

export class Plane {
  readonly client: KubeClient;
  readonly auditLog: string;
  readonly operator: OperatorProcess;
  readonly objects: Informer<StockAnalysis>;
  readonly #directory: string;
  readonly #stopping = new AbortController();
  readonly #watching: Promise<unknown>[] = [];

  private constructor(directory: string, client: KubeClient, auditLog: string, operator: OperatorProcess) {
    this.#directory = directory;
    this.client = client;
    this.auditLog = auditLog;
    this.operator = operator;
    this.objects = new Informer<StockAnalysis>(client, this.path(), ignore, ignore);
    const { signal } = this.#stopping;
    running.add(this);
    const provisioner = new StubProvisioner(client, NAMESPACE, directory);
    this.#watching.push(
      new PodMarker(client, NAMESPACE).run(signal),
      provisioner.run(signal),
      provisionAll(provisioner, signal),
      this.objects.run(signal),
    );
  }

  /** @param environment over that of the operator */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<Plane> {
    const directory = mkdtempSync(join(tmpdir(), 'stock-analysis-bench-'));
    // Collecting garbage at every turn would be a good part of what the API server does.
    process.env['GOGC'] ??= '400';
    try {
      const dir = join(directory, 'control-plane');
      const { token, file } = writeTokens(directory);
      const apiServer = [...FLAGS['kube-apiserver'], `--token-auth-file=${file}`];
      const tuning = { flags: { ...FLAGS, 'kube-apiserver': apiServer }, auditedUsers: [OPERATOR_USER] };
      const { kubeconfig, auditLog } = await startControlPlane({ dir, tuning });
      const connection = readKubeconfig(withToken(kubeconfig, token, join(directory, 'kubeconfig-token')));
      const client = new KubeClient(connection);
      await prepare(client);
      const operator = new OperatorProcess({
        namespace: NAMESPACE,
        directory: join(directory, 'operator'),
        ledger: join(directory, 'processes'),
        main: await compileOperator(),
        // Nobody listens there: a database that is never reached.
        databaseAddress: '127.0.0.1:9',
        kubeconfig: await operatorKubeconfig(client, connection.server.origin, connection.ca ?? ''),
        environment: { LOG_LEVEL: 'info', NODE_OPTIONS: HEAP, ...environment },
      });
      return new Plane(directory, client, auditLog, operator);
    } catch (error) {
      await remove(directory);
      throw error;
    }
  }

  path(name = ''): string {
    return `/apis/stockanalysis.dev/v1alpha1/namespaces/${NAMESPACE}/stockanalyses/${name}`.replace(
      /\/$/,
      '',
    );
  }

  get pid(): number {
    const { pid } = this.operator;
    if (pid === undefined) throw new Error(`the operator does not run; see ${this.operator.logFile}`);
    return pid;
  }

  /** etcd, API server, controller-manager. */
  get controlPlanePids(): readonly number[] {
    const table = new ProcessTable(join(this.#directory, 'control-plane'));
    return ['etcd', 'kube-apiserver', 'kube-controller-manager'].map((name) => table.find(name)?.pid ?? 0);
  }

  /** Starts the operator and waits until it leads. */
  async startOperator(): Promise<void> {
    await this.operator.start();
    const path = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/${SERVICE_ACCOUNT}`;
    await eventually({ what: 'the operator to hold its Lease', timeoutMs: 60_000 }, () =>
      this.client.find<KubeObject>(path),
    );
  }

  async stop(): Promise<void> {
    running.delete(this);
    this.#stopping.abort();
    await this.operator.stop('SIGKILL');
    await Promise.all(this.#watching);
    this.client.close();
    await remove(this.#directory);
  }
}

async function provisionAll(provisioner: StubProvisioner, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await provisioner.provisionPending().catch(() => undefined);
    await sleep(PROVISION_MS);
  }
}

async function remove(directory: string): Promise<void> {
  await killLedger(join(directory, 'processes'));
  await stopControlPlane(join(directory, 'control-plane'));
  rmSync(directory, { recursive: true, force: true });
}

async function prepare(client: KubeClient): Promise<void> {
  await installCRD(client);
  await client.create('/apis/storage.k8s.io/v1/storageclasses', storageClass('standard', true));
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await client.create('/api/v1/namespaces', { metadata: { name: NAMESPACE, labels } });
  await grantRole(client, NAMESPACE);
}

/** As the image does: sources that are compiled at start cost memory of their own. */
async function compileOperator(): Promise<string> {
  const dist = join(ROOT, '.state', 'bench', 'operator');
  mkdirSync(dist, { recursive: true });
  await capture(join(ROOT, 'node_modules/.bin/tsc'), [
    '-p',
    join(ROOT, 'operator/tsconfig.build.json'),
    '--outDir',
    dist,
  ]);
  return join(dist, 'main.js');
}

async function operatorKubeconfig(client: KubeClient, server: string, ca: string): Promise<unknown> {
  const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${SERVICE_ACCOUNT}/token`;
  const { status } = await client.create<{ readonly status: { readonly token: string } }>(path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 86_400 },
  });
  const cluster = { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    clusters: [{ name: 'bench', cluster }],
    users: [{ name: 'bench', user: { token: status.token } }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench', namespace: NAMESPACE } }],
  };
}
