import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../../lib/shell.ts';
import { stateDir } from '../../lib/paths.ts';
import { endProcess, identify, type ProcessTable } from '../processes.ts';
import { podProcesses, removeCgroups } from './cgroups.ts';
import { completeFile, readPlan } from './layout.ts';
import { removeIfEmpty, removeState } from './ownership.ts';
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

/** The one thing that kubelet puts outside of the folder it is given; it made it anew in any case. */
const KUBELET_SOCKET = '/var/lib/kubelet/device-plugins/kubelet.sock';

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

/**
 * Removes all that a local cluster leaves on a machine, whether it was stopped properly or killed at any point:
 * processes, containers, mounts (the pods' network namespaces among them), links, iptables chains, cgroups, sysctl values
 * and, last, the state folder. Not to be called where {@link hasCluster} says no: then nothing here is ours.
 */
export async function tearDown(table: ProcessTable): Promise<void> {
  const plan = readPlan();
  // First of all: an `up` after a tear-down that was killed must not take what is left for a cluster to repair.
  rmSync(completeFile(), { force: true });
  for (const name of PROGRAMS.slice(0, -1)) await table.stop(name, 5000);
  await endContainers();
  await killAll(podProcesses());
  await table.stop('containerd', 5000);
  await unmountAll();
  removeCniResults();
  await removeLinks();
  await removeIptablesRules();
  await removeCgroups();
  if (plan) {
    setSysctls(plan.sysctls);
    rmSync(KUBELET_SOCKET, { force: true });
    for (const folder of plan.madeFolders) removeEmptyFolders(folder);
  }
  removeState();
}

/** Whoever else began to use such a folder meanwhile keeps what is in it. */
function removeEmptyFolders(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name));
  removeIfEmpty(folder);
}
