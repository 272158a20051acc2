import { readFileSync } from 'node:fs';
import { podProcesses } from '../../../../hack/cluster/local/cgroups.ts';
import { identify, isAlive, type ProcessIdentity } from '../../../../hack/cluster/processes.ts';

const isPostgres = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
  } catch {
    return false; // it ended meanwhile
  }
};

/** The processes of one pod's PostgreSQL, stopped where they are: sockets stay open, and nobody answers. */
export class FrozenPostgres {
  readonly #stopped = new Map<number, ProcessIdentity>();

  /** @param uid of the pod, in whose control groups alone processes are looked for */
  constructor(uid: string) {
    // Until a look finds none that runs: the postmaster may have begun a session while it was being stopped.
    for (let found = true; found;) {
      const running = podProcesses(uid).filter((pid) => isPostgres(pid) && !this.#stopped.has(pid));
      for (const pid of running) this.#stop(pid);
      found = running.length > 0;
    }
    if (this.#stopped.size === 0) throw new Error(`no process of PostgreSQL was found in the pod ${uid}`);
  }

  get size(): number {
    return this.#stopped.size;
  }

  /** May be called again; a process that ended, and whose pid somebody else has by now, is left alone. */
  thaw(): void {
    for (const identity of this.#stopped.values())
      if (isAlive(identity)) process.kill(identity.pid, 'SIGCONT');
    this.#stopped.clear();
  }

  #stop(pid: number): void {
    const identity = identify(pid);
    if (identity === undefined) return;
    process.kill(pid, 'SIGSTOP');
    this.#stopped.set(pid, identity);
  }
}
