import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '../lib/ports.ts';
import { say } from '../lib/progress.ts';
import { Pki } from './certificates.ts';
import { toolPath } from './go-tools.ts';
import { ProcessTable } from './processes.ts';
import { waitFor } from './waiting.ts';

/** What differs between the control plane of the local cluster and one that serves a test. */
export interface ControlPlaneOptions {
  /** Everything lies below this folder. */
  readonly dir: string;
  readonly bindAddress: string;
  readonly advertiseAddress?: string;
  readonly ports: Ports;
  readonly serviceRange: string;
  readonly podRange?: string;
  /** Further names and addresses of the API server's certificate. */
  readonly names: readonly string[];
  readonly tuning?: Tuning;
}

/** Where a control plane for one purpose differs from the usual one. */
export interface Tuning {
  /** Flags behind the usual ones: of two with one name the last counts. */
  readonly flags?: Partial<Record<'etcd' | 'kube-apiserver' | 'kube-controller-manager', readonly string[]>>;
  /** Only the requests of these users go into the audit log; absent: of all. */
  readonly auditedUsers?: readonly string[];
}

export interface Ports {
  readonly etcdClient: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
  readonly controllerManager: number;
  readonly scheduler: number;
}

export interface ControlPlane {
  readonly kubeconfig: string;
  readonly url: string;
  readonly auditLog: string;
}

// Requests and their outcome; bodies would hold Secrets.
const auditPolicy = (users: readonly string[] | undefined): unknown => ({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata', ...(users ? { users } : {}) }, ...(users ? [{ level: 'None' }] : [])],
});

export async function freePorts(): Promise<Ports> {
  const [etcdClient, etcdPeer, apiServer, controllerManager, scheduler] = await Promise.all(
    Array.from({ length: 5 }, () => freePort()),
  );
  return { etcdClient, etcdPeer, apiServer, controllerManager, scheduler } as Ports;
}

/** What its own requests are made with is another one. */
const MANAGER_SERVING = 'kube-controller-manager-serving';

async function ensureCertificates(pki: Pki, options: ControlPlaneOptions): Promise<void> {
  await pki.ensureAuthority();
  await pki.ensureServiceAccountKeys();
  const service = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ];
  await pki.ensure({
    file: 'apiserver',
    subject: '/CN=kube-apiserver',
    names: [...service, 'localhost', '127.0.0.1', ...options.names],
  });
  await pki.ensure({
    file: 'apiserver-kubelet',
    subject: '/O=system:masters/CN=kube-apiserver-kubelet-client',
  });
  await pki.ensure({ file: 'front-proxy', subject: '/CN=front-proxy-client' });
  await pki.ensure({ file: 'admin', subject: '/O=system:masters/CN=admin' });
  for (const name of ['kube-controller-manager', 'kube-scheduler'])
    await pki.ensure({ file: name, subject: `/CN=system:${name}` });
  await pki.ensure({
    file: MANAGER_SERVING,
    subject: '/CN=kube-controller-manager',
    names: ['127.0.0.1'],
  });
}

function apiServerArgs(pki: Pki, options: ControlPlaneOptions): string[] {
  const { dir, ports } = options;
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcdClient}`,
    `--bind-address=${options.bindAddress}`,
    ...(options.advertiseAddress
      ? [`--advertise-address=${options.advertiseAddress}`]
      : ['--advertise-address=127.0.0.1', '--endpoint-reconciler-type=none']),
    `--secure-port=${ports.apiServer}`,
    `--service-cluster-ip-range=${options.serviceRange}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    `--client-ca-file=${pki.path('ca.crt')}`,
    `--tls-cert-file=${pki.path('apiserver.crt')}`,
    `--tls-private-key-file=${pki.path('apiserver.key')}`,
    `--service-account-key-file=${pki.path('sa.pub')}`,
    `--service-account-signing-key-file=${pki.path('sa.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--kubelet-client-certificate=${pki.path('apiserver-kubelet.crt')}`,
    `--kubelet-client-key=${pki.path('apiserver-kubelet.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
    `--requestheader-client-ca-file=${pki.path('ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
    `--proxy-client-cert-file=${pki.path('front-proxy.crt')}`,
    `--proxy-client-key-file=${pki.path('front-proxy.key')}`,
    `--audit-policy-file=${join(dir, 'audit-policy.json')}`,
    `--audit-log-path=${join(dir, 'logs', 'audit.log')}`,
    '--audit-log-maxsize=300',
    '--audit-log-maxbackup=1',
    '--profiling=false',
    ...(options.tuning?.flags?.['kube-apiserver'] ?? []),
  ];
}

function controllerManagerArgs(pki: Pki, options: ControlPlaneOptions): string[] {
  const kubeconfig = join(options.dir, 'kube-controller-manager.kubeconfig');
  return [
    ...['--kubeconfig', '--authentication-kubeconfig', '--authorization-kubeconfig'].map(
      (flag) => `${flag}=${kubeconfig}`,
    ),
    '--bind-address=127.0.0.1',
    `--secure-port=${options.ports.controllerManager}`,
    `--tls-cert-file=${pki.path(`${MANAGER_SERVING}.crt`)}`,
    `--tls-private-key-file=${pki.path(`${MANAGER_SERVING}.key`)}`,
    `--root-ca-file=${pki.path('ca.crt')}`,
    `--service-account-private-key-file=${pki.path('sa.key')}`,
    `--cluster-signing-cert-file=${pki.path('ca.crt')}`,
    `--cluster-signing-key-file=${pki.path('ca.key')}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    `--service-cluster-ip-range=${options.serviceRange}`,
    ...(options.podRange ? ['--allocate-node-cidrs=true', `--cluster-cidr=${options.podRange}`] : []),
    '--profiling=false',
    ...(options.tuning?.flags?.['kube-controller-manager'] ?? []),
  ];
}

/**
 * Resolves when a program answers a probe with 200, and says so.
 * @param url of one whose certificate is of the control plane's authority
 */
async function answers(pki: Pki, url: string, says = ''): Promise<void> {
  const { status, said } = await get(pki, url);
  if (status !== 200) throw new Error(`${url} answers ${status}`);
  if (!said.includes(says)) throw new Error(`${url} does not say ${says}`);
}

/** As the administrator. */
async function get(pki: Pki, url: string): Promise<{ readonly status: number; readonly said: string }> {
  const call = request(url, {
    ca: readFileSync(pki.path('ca.crt')),
    cert: readFileSync(pki.path('admin.crt')),
    key: readFileSync(pki.path('admin.key')),
    timeout: 2000,
  });
  call.once('timeout', () => call.destroy(new Error(`${url} does not answer`)));
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve);
    call.once('error', reject);
  });
  call.end();
  const answer = await answered;
  return { status: answer.statusCode ?? 0, said: await text(answer) };
}

const CONTROLLER_MANAGER_STARTS = 3;
/** Among its health checks, which it has when all of its controllers have started; it answers long before. */
const STARTED = 'statefulset-controller';

/**
 * It ends where it cannot learn from the API server in time what it needs, as it may on a busy machine, and counts on
 * somebody who starts it again. Without it everything answers, and no pod is ever made.
 */
async function ensureControllerManager(
  table: ProcessTable,
  pki: Pki,
  options: ControlPlaneOptions,
): Promise<void> {
  const name = 'kube-controller-manager';
  const wait = { what: `${name} to be healthy`, timeoutMs: 90_000, process: { table, name } };
  for (let start = 1; ; start += 1) {
    table.start(name, await toolPath(name), controllerManagerArgs(pki, options));
    try {
      return await waitFor(wait, () =>
        answers(pki, `https://127.0.0.1:${options.ports.controllerManager}/healthz?verbose`, STARTED),
      );
    } catch (error) {
      if (start === CONTROLLER_MANAGER_STARTS || table.isRunning(name)) throw error;
    }
  }
}

/** Starts what is not running of etcd, kube-apiserver and kube-controller-manager, and waits until they are ready. */
export async function ensureControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { dir, ports } = options;
  mkdirSync(join(dir, 'logs'), { recursive: true });
  const table = new ProcessTable(dir);
  const pki = new Pki(join(dir, 'pki'));
  const url = `https://127.0.0.1:${ports.apiServer}`;
  const kubeconfig = join(dir, 'kubeconfig');
  await ensureCertificates(pki, options);
  pki.writeKubeconfig('admin', url, kubeconfig);
  for (const name of ['kube-controller-manager', 'kube-scheduler'])
    pki.writeKubeconfig(name, url, join(dir, `${name}.kubeconfig`));
  writeFileSync(join(dir, 'audit-policy.json'), JSON.stringify(auditPolicy(options.tuning?.auditedUsers)));
  table.start('etcd', await toolPath('etcd'), [
    `--data-dir=${join(dir, 'etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${ports.etcdClient}`,
    `--advertise-client-urls=http://127.0.0.1:${ports.etcdClient}`,
    `--listen-peer-urls=http://127.0.0.1:${ports.etcdPeer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${ports.etcdPeer}`,
    `--initial-cluster=default=http://127.0.0.1:${ports.etcdPeer}`,
    // The data of a development cluster need not survive a power cut.
    '--unsafe-no-fsync',
    '--log-level=warn',
    ...(options.tuning?.flags?.etcd ?? []),
  ]);
  table.start('kube-apiserver', await toolPath('kube-apiserver'), apiServerArgs(pki, options));
  const wait = {
    what: 'the API server to be ready',
    timeoutMs: 90_000,
    process: { table, name: 'kube-apiserver' },
  };
  await waitFor(wait, () => answers(pki, `${url}/readyz`));
  // Started before the API is ready it exits on a missing ConfigMap permission.
  await ensureControllerManager(table, pki, options);
  return { kubeconfig, url, auditLog: join(dir, 'logs', 'audit.log') };
}

/** Stops the three programs of a folder, in reverse order; none of them running is fine. */
export async function stopControlPlane(dir: string): Promise<void> {
  const table = new ProcessTable(dir);
  for (const name of ['kube-controller-manager', 'kube-apiserver', 'etcd']) await table.stop(name, 3000);
}

/** Somebody else may take a port before the program listens that it is meant for. */
const PLANE_STARTS = 3;

interface TestPlaneOptions {
  readonly dir: string;
  readonly tuning?: Tuning;
  /** Asked at each try. Default: free ones. */
  readonly ports?: () => Promise<Ports>;
}

/**
 * A control plane for tests: etcd, kube-apiserver and kube-controller-manager on free ports of 127.0.0.1, everything
 * below `dir`, no root needed, any number at once; {@link stopControlPlane} ends it. What a killed run left in `dir` is
 * stopped and removed first.
 * @internal
 */
export async function startControlPlane(options: TestPlaneOptions): Promise<ControlPlane> {
  const { dir, tuning, ports = freePorts } = options;
  for (let start = 1; ; start += 1) {
    await stopControlPlane(dir);
    rmSync(dir, { recursive: true, force: true });
    try {
      return await ensureControlPlane({
        dir,
        bindAddress: '127.0.0.1',
        ports: await ports(),
        serviceRange: '10.96.0.0/16',
        names: ['10.96.0.1'],
        ...(tuning ? { tuning } : {}),
      });
    } catch (error) {
      const dead = new ProcessTable(dir).lastWordsOfTheDead();
      // Other ports are no help where all programs run.
      if (start === PLANE_STARTS || dead === '') throw error;
      say(`the control plane in ${dir} did not start, trying other ports:${dead}`);
    }
  }
}
