import { existsSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { capture } from '../../lib/shell.ts';
import { stateDir } from '../../lib/paths.ts';
import { endProcess, identify, type ProcessTable } from '../processes.ts';
import { completeFile, readPlan } from './layout.ts';
import { removeCniResults, removeIptablesRules, removeLinks, setSysctls } from './network.ts';

/** Order of stopping; containerd comes last, when the pods are gone. */
const PROGRAMS = [
  'kube-proxy',
  'kubelet',
  'kube-scheduler',
  'kube-controller-manager',
  'kube-apiserver',
  'etcd',
  'containerd',
];

/** Pids whose command line names a path of the state folder: shims and what an earlier record missed. */
function processesOf(needle: string): number[] {
  const pids = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
  return pids.filter((pid) => {
    if (pid === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        .split('\0')
        .some((word) => word.includes(needle));
    } catch {
      return false;
    }
  });
}

function childrenOf(parents: ReadonlySet<number>): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return parents.has(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      } catch {
        return false;
      }
    });
}

async function killAll(pids: readonly number[]): Promise<void> {
  await Promise.all(
    pids
      .map((pid) => identify(pid))
      .filter((one) => one !== undefined)
      .map((one) => endProcess(one, 0)),
  );
}

/** Ends the containers: a shim carries our socket's path in its arguments, and a container's first process is its child. */
async function endContainers(): Promise<void> {
  const shims = processesOf(join(stateDir(), 'run', 'containerd.sock')).filter((pid) =>
    executableName(pid).startsWith('containerd-shim'),
  );
  await killAll(childrenOf(new Set(shims)));
  await killAll(shims);
}

function executableName(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`).split('/').at(-1) ?? '';
  } catch {
    return '';
  }
}

/** Processes that still run inside a pod's cgroup although their shim is gone. */
async function endPodProcesses(): Promise<void> {
  const tasks = podCgroups().flatMap((folder) => {
    try {
      return readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
    } catch {
      return [];
    }
  });
  await killAll(tasks);
}

/** All folders below `kubepods` in every hierarchy, deepest first. */
function podCgroups(): string[] {
  const root = '/sys/fs/cgroup';
  const hierarchies = [
    root,
    ...readdirSync(root, { withFileTypes: true })
      .filter((one) => one.isDirectory())
      .map((one) => join(root, one.name)),
  ];
  return hierarchies
    .map((one) => join(one, 'kubepods'))
    .filter(existsSync)
    .flatMap(deepestFirst);
}

function deepestFirst(folder: string): string[] {
  try {
    const below = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory());
    return [...below.flatMap((one) => deepestFirst(join(folder, one.name))), folder];
  } catch {
    return []; // gone between two looks: its last process ended meanwhile
  }
}

async function removeCgroups(): Promise<void> {
  for (let attempt = 0; attempt < 20 && podCgroups().length > 0; attempt += 1) {
    for (const folder of podCgroups()) {
      try {
        rmdirSync(folder);
      } catch {
        // still holds a dying process: the next round finds it empty
      }
    }
    if (podCgroups().length > 0) await sleep(100);
  }
}

function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '))
    .filter((target) => target === folder || target.startsWith(`${folder}/`))
    .toReversed();
}

async function unmountAll(): Promise<void> {
  for (const target of mountsBelow(stateDir()))
    await capture('umount', ['--lazy', target]).catch(() => undefined);
}

/** Network namespaces that the CNI made for our pods; their names are `cni-UUID`. */
async function removeNetworkNamespaces(): Promise<void> {
  const folder = '/run/netns';
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((one) => one.startsWith('cni-'))) {
    await capture('umount', ['--lazy', join(folder, name)]).catch(() => undefined);
    rmSync(join(folder, name), { force: true });
  }
}

/**
 * Removes all that a local cluster leaves on a machine, whether it was stopped properly or killed at any point:
 * processes, containers, mounts, network namespaces, links, iptables chains, cgroups, sysctl values and the state folder.
 */
export async function tearDown(table: ProcessTable): Promise<void> {
  const plan = readPlan();
  // First of all: an `up` after a tear-down that was killed must not take what is left for a cluster to repair.
  rmSync(completeFile(), { force: true });
  for (const name of PROGRAMS.slice(0, -1)) await table.stop(name, 5000);
  await endContainers();
  await endPodProcesses();
  await table.stop('containerd', 5000);
  await unmountAll();
  await removeNetworkNamespaces();
  removeCniResults();
  await removeLinks();
  await removeIptablesRules();
  await removeCgroups();
  if (plan) {
    setSysctls(plan.sysctls);
    for (const folder of plan.madeFolders) await removeFolder(folder);
  }
  rmSync(stateDir(), { recursive: true, force: true });
  removeIfEmpty(dirname(stateDir()));
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // something of somebody else lies there
  }
}

async function removeFolder(folder: string): Promise<void> {
  await capture('umount', [folder]).catch(() => undefined); // /run/netns is a mount of itself
  rmSync(folder, { recursive: true, force: true });
}
