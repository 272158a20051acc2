import { existsSync, writeFileSync } from 'node:fs';
import { ensurePackages, type Packages } from '../../lib/debian-packages.ts';
import { Kubectl } from '../../deploy/kubectl.ts';
import { ensureControlPlane } from '../control-plane.ts';
import { toolPath } from '../go-tools.ts';
import { applyAddons, waitForAddons } from '../local/addons.ts';
import { ensureContainerd, importArchives } from '../local/containerd.ts';
import { completeFile, ensurePlan, readPlan, statePath } from '../local/layout.ts';
import { currentSysctls, ensureNetwork, refuseSecondKubernetes } from '../local/network.ts';
import { startKubelet, startProxy, startScheduler } from '../local/node.ts';
import {
  exclusively,
  hasCluster,
  holderInTheWay,
  livingOwner,
  owner,
  recordOwner,
} from '../local/ownership.ts';
import { systemArchives } from '../local/system-images.ts';
import { tearDown } from '../local/teardown.ts';
import { Pki } from '../certificates.ts';
import { ROOT, stateDir } from '../../lib/paths.ts';
import { ProcessTable } from '../processes.ts';
import { say, step } from '../../lib/progress.ts';
import type { Provider } from './provider.ts';

const PROGRAMS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'containerd',
  'kubelet',
  'kube-proxy',
];

const PACKAGES: Packages = {
  containerd: '/usr/bin/containerd',
  runc: '/usr/sbin/runc',
  'containernetworking-plugins': '/usr/lib/cni/bridge',
  iptables: '/usr/sbin/iptables',
  conntrack: '/usr/sbin/conntrack',
  iproute2: '/usr/sbin/ip',
  openssl: '/usr/bin/openssl',
  'busybox-static': '/usr/bin/busybox',
};

const table = (): ProcessTable => new ProcessTable(stateDir());
const kubeconfigPath = (): string => statePath('kubeconfig');
const kubectl = async (): Promise<Kubectl> => new Kubectl(await toolPath('kubectl'), kubeconfigPath());

function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new Error(
    'the local cluster starts containerd and a kubelet and needs root; run as root, or use CLUSTER_PROVIDER=kind or existing',
  );
}

function refuseWhenHeld(): void {
  const message = holderInTheWay(livingOwner(), ROOT);
  if (message !== undefined) throw new Error(message);
}

/** What is nobody's, whoever made it, is cleaned away: its pods, mounts and rules would confuse the next cluster. */
async function cleanLeftovers(): Promise<void> {
  if (!hasCluster() || livingOwner()) return;
  const who = owner();
  await step(
    `cleaning up after a run that did not end${who ? ` (clone ${who.clone}, since ${who.since})` : ''}`,
    () => tearDown(table()),
  );
}

const isComplete = (): boolean =>
  PROGRAMS.every((name) => table().isRunning(name)) && existsSync(completeFile());

async function upLocked(): Promise<void> {
  refuseWhenHeld();
  await cleanLeftovers();
  if (isComplete()) return say(`the local cluster is up (kubeconfig ${kubeconfigPath()})`);
  await ensurePackages(PACKAGES);
  await toolPath('kubelet');
  if (!readPlan()) await refuseSecondKubernetes();
  const sysctls = currentSysctls();
  recordOwner();
  const plan = await ensurePlan(sysctls);
  const { addresses, ports } = plan;
  await step('starting the network and containerd', async () => {
    await ensureNetwork(plan);
    await ensureContainerd(table());
  });
  await importArchives(await systemArchives(), say);
  const plane = await step('starting etcd, kube-apiserver and kube-controller-manager', () =>
    ensureControlPlane({
      dir: stateDir(),
      bindAddress: '0.0.0.0',
      advertiseAddress: addresses.node,
      ports,
      serviceRange: addresses.serviceRange,
      podRange: addresses.podRange,
      names: [addresses.node, addresses.apiService],
    }),
  );
  const pki = new Pki(statePath('pki'));
  await startScheduler(table(), plan);
  await startKubelet(table(), pki, plan, plane.url);
  await startProxy(table(), pki, plan, plane.url);
  await step('waiting for the node, cluster DNS and the volume provisioner', async () => {
    await applyAddons(await kubectl(), plan);
    await waitForAddons(await kubectl());
  }).catch((error: unknown) => {
    // A pod that does not start says nothing of a scheduler that ended, because another program took its port, say.
    const dead = table().lastWordsOfTheDead();
    throw new Error(`${error instanceof Error ? error.message : String(error)}${dead}`, { cause: error });
  });
  writeFileSync(completeFile(), '');
  say(`the local cluster is up (kubeconfig ${kubeconfigPath()})`);
}

/**
 * Kubernetes 1.34 on this machine, from packages alone: programs built from Go modules, containerd, runc and the CNI
 * plugins from Debian. Needs root. NetworkPolicy is not enforced and volume sizes are not either.
 */
export const local: Provider = {
  name: 'local',
  kubeconfigPath,
  auditLogPath: () => statePath('logs', 'audit.log'),
  isUp: async () => isComplete() && owner()?.clone === ROOT,
  up: () => {
    requireRoot();
    return exclusively('cluster-up', upLocked);
  },
  down: ({ force }) => {
    requireRoot();
    return exclusively('cluster-down', async () => {
      if (!hasCluster()) return say(`no local cluster is there (${stateDir()}): nothing to remove`);
      if (!force) refuseWhenHeld();
      await step('stopping the local cluster and removing what it made', () => tearDown(table()));
    });
  },
  requireDelivery: () => undefined,
  deliver: async (images) => {
    if (!readPlan()) throw new Error('the local cluster is not up; run: make cluster-up');
    await importArchives(
      images.map(({ archive }) => archive),
      say,
    );
  },
  nameOf: (ref) => ref,
  // kube-proxy answers on every address of the machine.
  nodePortUrl: async (_kubectl, port) => `http://127.0.0.1:${port}`,
};
