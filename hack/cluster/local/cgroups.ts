import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The pods of our kubelet live below a cgroup of our own: what else on the machine calls itself `kubepods` is not ours. */
export const CGROUP = 'stock-analysis';

/** Where the cgroup file systems are mounted: one of version 2, or one per controller of version 1, or both. */
export function hierarchiesIn(mounts: string): string[] {
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([, target, type]) => (target && (type === 'cgroup' || type === 'cgroup2') ? [target] : []));
}

const ours = (): string[] =>
  hierarchiesIn(readFileSync('/proc/self/mounts', 'utf8')).map((root) => join(root, CGROUP));

/** kubelet insists on finding its root cgroup in every hierarchy. */
export function ensureCgroups(): void {
  for (const folder of ours()) {
    passOnControllers(join(folder, '..'));
    mkdirSync(folder, { recursive: true });
  }
}

/** Version 2 alone: a child has the controllers that its parent passes on. What is then missing kubelet names. */
function passOnControllers(root: string): void {
  const file = join(root, 'cgroup.controllers');
  if (!existsSync(file)) return;
  for (const controller of readFileSync(file, 'utf8').split(/\s+/).filter(Boolean)) {
    try {
      writeFileSync(join(root, 'cgroup.subtree_control'), `+${controller}`);
    } catch {
      // One that cannot be passed on here (cpu beside real-time tasks, say) must not keep the others back.
    }
  }
}

/**
 * Pids of all that runs inside a pod, whether or not its shim is still there.
 * @param uid of the one pod that is meant; undefined: any
 */
export function podProcesses(uid?: string): number[] {
  const pids = ours()
    .flatMap(deepestFirst)
    .filter((folder) => uid === undefined || folder.split('/').includes(`pod${uid}`))
    .flatMap((folder) => {
      try {
        return readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
      } catch {
        return [];
      }
    });
  // Each of the hierarchies names them.
  return [...new Set(pids)];
}

function deepestFirst(folder: string): string[] {
  try {
    const below = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory());
    return [...below.flatMap((one) => deepestFirst(join(folder, one.name))), folder];
  } catch {
    return []; // absent, or gone between two looks: its last process ended meanwhile
  }
}

export async function removeCgroups(): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const folders = ours().flatMap(deepestFirst);
    if (folders.length === 0) return;
    for (const folder of folders) {
      try {
        rmdirSync(folder);
      } catch {
        // still holds a dying process: the next round finds it empty
      }
    }
    await sleep(100);
  }
}
