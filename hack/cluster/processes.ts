import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process is its pid and its start time: a pid alone may have been given to somebody else since. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, clock ticks since boot. */
  readonly startTime: string;
}

interface ProcessRecord extends ProcessIdentity {
  readonly command: string;
}

/** Field 22 of a /proc/PID/stat text; the command in field 2 may itself hold blanks and parentheses. */
export function startTimeOf(stat: string): string | undefined {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    const startTime = startTimeOf(stat);
    return state === 'Z' || startTime === undefined ? undefined : { pid, startTime };
  } catch {
    return undefined;
  }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime;
}

/** Ends a process: SIGTERM, then SIGKILL after the grace; a recycled pid is never touched. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', 10_000],
  ] as const) {
    if (!isAlive(identity)) return;
    process.kill(identity.pid, signal);
    const deadline = performance.now() + waitMs;
    while (isAlive(identity) && performance.now() < deadline) await sleep(50);
  }
  if (isAlive(identity)) throw new Error(`process ${identity.pid} does not end, not even by SIGKILL`);
}

/** Long-running programs of one folder: a record per program in `pids/`, its output in `logs/`. */
export class ProcessTable {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  #file(name: string): string {
    return join(this.#dir, 'pids', `${name}.json`);
  }

  logFile(name: string): string {
    return join(this.#dir, 'logs', `${name}.log`);
  }

  find(name: string): ProcessRecord | undefined {
    if (!existsSync(this.#file(name))) return undefined;
    try {
      return JSON.parse(readFileSync(this.#file(name), 'utf8')) as ProcessRecord;
    } catch {
      return undefined; // killed while it was being written: the program had not been started by then
    }
  }

  isRunning(name: string): boolean {
    const record = this.find(name);
    return record !== undefined && isAlive(record);
  }

  names(): string[] {
    const folder = join(this.#dir, 'pids');
    return existsSync(folder) ? readdirSync(folder).map((file) => file.replace(/\.json$/, '')) : [];
  }

  anyRunning(): boolean {
    return this.names().some((name) => this.isRunning(name));
  }

  /** Starts a program detached from us, unless it runs already. */
  start(name: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
    if (this.isRunning(name)) return;
    for (const folder of ['pids', 'logs']) mkdirSync(join(this.#dir, folder), { recursive: true });
    const log = openSync(this.logFile(name), 'a');
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
    });
    closeSync(log);
    child.on('error', () => undefined); // an unstartable program is found by whoever waits for it to answer
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    child.unref();
    if (!identity) throw new Error(`${name} did not start: ${program}`);
    const record: ProcessRecord = { ...identity, command: [program, ...args].join(' ') };
    writeFileSync(this.#file(name), JSON.stringify(record));
  }

  async stop(name: string, graceMs: number): Promise<void> {
    const record = this.find(name);
    if (record) await endProcess(record, graceMs);
    rmSync(this.#file(name), { force: true });
  }

  /** The last lines of a program's output, for the message of an error. */
  lastWords(name: string): string {
    const file = this.logFile(name);
    if (!existsSync(file)) return '(no output)';
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
  }

  /** A paragraph, for the message of an error, for each program that was started and runs no more; empty where all run. */
  lastWordsOfTheDead(): string {
    return this.names()
      .filter((name) => !this.isRunning(name))
      .map((name) => `\n${name} has ended:\n${this.lastWords(name)}\n(log: ${this.logFile(name)})`)
      .join('');
  }
}
