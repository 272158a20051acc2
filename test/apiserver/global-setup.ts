/**
 * One control plane (etcd, kube-apiserver, kube-controller-manager) for the whole tier, with the CRD, a default
 * StorageClass and a fake node. Everything lives in one folder under `.state/apiserver` and one scratch folder; both go
 * at the end, and what a killed run left behind goes at the start of the next one.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { helmProgram } from '../../hack/charts/helm.ts';
import { identify, isAlive, type ProcessIdentity } from '../../hack/cluster/processes.ts';
import { startControlPlane, stopControlPlane, type Tuning } from '../../hack/cluster/control-plane.ts';
import { createServerCertificate } from '../../operator/src/postgres/index.ts';
import { installScanners } from '../manifests/scan.ts';
import { installCRD } from '../support/crd.ts';
import { PROXY_NAME } from '../support/fault-proxy.ts';
import { registerNode } from '../support/fake-node.ts';
import { KubeClient, readKubeconfig } from '../support/kube-client.ts';
import type { Tier } from '../support/plan.ts';
import { withToken, writeTokens } from '../support/admin-token.ts';
import { compileCache, fillCompileCache } from '../support/operator-process.ts';
import { installPostgres, makeTemplate } from '../support/postgres.ts';
import { killLedger } from '../support/processes.ts';
import { storageClass } from '../support/stub-provisioner.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    tier: Tier;
  }
}

const ROOT = fileURLToPath(new URL('../../.state/apiserver', import.meta.url));
const ARTIFACTS = fileURLToPath(new URL('../../test-artifacts/apiserver', import.meta.url));

/** Of kube-controller-manager; nothing here looks at what they make. */
const IDLE_CONTROLLERS = [
  'endpoints-controller',
  'endpointslice-controller',
  'endpointslice-mirroring-controller',
  // It would wait for ever for a driver to attach the volumes.
  'persistentvolume-attach-detach-controller',
  // They would call the pods of a node unready, and evict them, whose kubelet is late on a busy machine.
  'node-lifecycle-controller',
  'taint-eviction-controller',
];

/** What tens of plans at the same time would wait for, or pay for at each request, and none of them is about. */
const tuning = (tokens: string): Tuning => ({
  flags: {
    'kube-apiserver': [`--token-auth-file=${tokens}`, '--enable-priority-and-fairness=false'],
    'kube-controller-manager': [
      '--kube-api-qps=300',
      '--kube-api-burst=600',
      `--controllers=${['*', ...IDLE_CONTROLLERS.map((name) => `-${name}`)].join(',')}`,
    ],
  },
  // The proxies' logs are what the tests count.
  auditedUsers: ['nobody'],
});

interface Owner {
  /** The test process. */
  readonly process: ProcessIdentity | undefined;
  /** Folders outside of the clone. */
  readonly outside: readonly string[];
}

/** Undefined where there is none, or only half of one: its writer was killed before it had started anything. */
function readOwner(file: string): Owner | undefined {
  try {
    const owner: Owner = JSON.parse(readFileSync(file, 'utf8'));
    return owner;
  } catch {
    return undefined;
  }
}

/** Of the tier, and of tests that need one for themselves: those end in their own time, or here where they were killed. */
const ALONE = 'control-plane-alone';

async function stopControlPlanes(folder: string): Promise<void> {
  const planes = readdirSync(folder).filter((name) => name === 'control-plane' || name.startsWith(ALONE));
  for (const name of planes) await stopControlPlane(join(folder, name));
}

/** Removes the folders, and ends the processes, of runs whose test process is gone. */
async function removeLeftovers(): Promise<void> {
  for (const name of existsSync(ROOT) ? readdirSync(ROOT) : []) {
    const folder = join(ROOT, name);
    const owner = readOwner(join(folder, 'owner.json'));
    if (owner?.process && isAlive(owner.process)) continue;
    await killLedger(join(folder, 'processes'));
    await stopControlPlanes(folder);
    for (const one of owner?.outside ?? []) rmSync(one, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

const MEMORY = '/dev/shm';
/** A volume has 31 MB, and tens of them may be there at the same time. */
const ENOUGH_MEMORY = 2 * 1024 ** 3;

/** The thousand files of a volume are made and removed for each plan, at a fifth of the cost where no disk is behind. */
function volumesRoot(): string {
  if (!existsSync(MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize < ENOUGH_MEMORY ? tmpdir() : MEMORY;
}

function makeScratch(root: string): string {
  const scratch = mkdtempSync(join(root, 'stock-analysis-apiserver-'));
  // PostgreSQL runs as another user when the tests run as root.
  chmodSync(scratch, 0o755);
  return scratch;
}

interface Folders {
  readonly folder: string;
  /** For volumes and logs of plans. */
  readonly scratch: string;
  /** For programs, which a file system in memory may refuse to run. */
  readonly programs: string;
}

function makeFolders(): Folders {
  const scratch = makeScratch(volumesRoot());
  const programs = makeScratch(tmpdir());
  const folder = join(ROOT, String(process.pid));
  mkdirSync(join(folder, 'processes'), { recursive: true });
  const owner: Owner = { process: identify(process.pid), outside: [scratch, programs] };
  writeFileSync(join(folder, 'owner.json'), JSON.stringify(owner));
  return { folder, scratch, programs };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers();
  // Built before the clock of any test runs: on a cold machine that takes minutes.
  await helmProgram();
  if (project.name === 'apiserver') await installScanners();
  const { folder, scratch, programs } = makeFolders();
  const ledger = join(folder, 'processes');
  const teardown = async (): Promise<void> => {
    await killLedger(ledger);
    await stopControlPlanes(folder);
    for (const one of [scratch, programs, folder]) rmSync(one, { recursive: true, force: true });
  };
  try {
    // For the Go programs, which would spend a third of their time on garbage; this process has none to lose.
    process.env['GOGC'] ??= '400';
    const kubeconfig = await startCluster(join(folder, 'control-plane'));
    await fillCompileCache(compileCache(ledger));
    const postgresInstallation = join(programs, 'postgres');
    installPostgres(postgresInstallation);
    await makeTemplate(postgresInstallation, ledger);
    const { ca, certificate: cert, key } = await createServerCertificate([PROXY_NAME], new Date());
    const proxyTLS = { ca, cert, key };
    rmSync(ARTIFACTS, { recursive: true, force: true });
    project.provide('tier', {
      kubeconfig,
      scratch,
      postgresInstallation,
      ledger,
      proxyTLS,
      artifacts: ARTIFACTS,
    });
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}

/** The tier with a control plane that no other file shares, for what concerns all of a cluster; `name` is the file's own. */
export async function startAlone(tier: Tier, name: string): Promise<{ tier: Tier; stop(): Promise<void> }> {
  const dir = join(dirname(dirname(tier.kubeconfig)), `${ALONE}-${name}`);
  const stop = (): Promise<void> => stopControlPlane(dir);
  try {
    return { tier: { ...tier, kubeconfig: await startCluster(dir) }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A control plane below `dir` with what every plan needs; returns the kubeconfig of its administrator. */
async function startCluster(dir: string): Promise<string> {
  const { token, file } = writeTokens(dirname(dir), basename(dir));
  const plane = await startControlPlane({ dir, tuning: tuning(file) });
  const kubeconfig = withToken(plane.kubeconfig, token, join(dir, 'kubeconfig-token'));
  const client = new KubeClient(readKubeconfig(kubeconfig));
  await installCRD(client);
  await client.create('/apis/storage.k8s.io/v1/storageclasses', storageClass('standard', true));
  await registerNode(client);
  client.close();
  return kubeconfig;
}
