/** The real operator as a process of its own, to be killed at will. */
import { execFile } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { operatorEnvironment, type OperatorPlace } from './operator-environment.ts';
import type { OperatorExit, OperatorRunner, StopSignal } from './operator-runner.ts';
import { spawnTracked, type TrackedProcess } from './processes.ts';

const MAIN = fileURLToPath(new URL('../../operator/src/main.ts', import.meta.url));

/** Tens of operators start in the tier: parsed modules are kept beside the ledger of the processes. */
export const compileCache = (ledger: string): string => join(ledger, '..', 'compile-cache');

/** Once for all, since a process that is killed writes nothing into it, and each would spend a second on parsing. */
export async function fillCompileCache(folder: string): Promise<void> {
  const load = `await import(${JSON.stringify(pathToFileURL(join(dirname(MAIN), 'process.ts')))})`;
  await promisify(execFile)(
    process.execPath,
    ['--enable-source-maps', '--input-type=module', '--eval', load],
    {
      env: { ...process.env, NODE_COMPILE_CACHE: folder },
    },
  );
}

/** `directory` holds kubeconfig, pid and log. */
export interface OperatorProcessOptions extends OperatorPlace {
  /** See FaultProxy.kubeconfig. */
  readonly kubeconfig: unknown;
  readonly ledger: string;
  /** Absent: the sources. */
  readonly main?: string;
}

export class OperatorProcess implements OperatorRunner {
  readonly logFile: string;
  readonly #options: OperatorProcessOptions;
  #process: TrackedProcess | undefined;

  constructor(options: OperatorProcessOptions) {
    this.#options = options;
    mkdirSync(options.directory, { recursive: true });
    this.logFile = join(options.directory, 'operator.log');
    writeFileSync(join(options.directory, 'kubeconfig'), JSON.stringify(options.kubeconfig), { mode: 0o600 });
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  async exited(): Promise<OperatorExit | undefined> {
    return this.#process?.exited;
  }

  async start(): Promise<void> {
    if (this.#process !== undefined) return;
    const output = openSync(this.logFile, 'a');
    try {
      const started = await spawnTracked(
        this.#options.ledger,
        process.execPath,
        this.#options.main === undefined ? ['--enable-source-maps', MAIN] : [this.#options.main],
        {
          stdio: ['ignore', output, output],
          env: this.#environment(),
        },
      );
      this.#process = started;
      writeFileSync(join(this.#options.directory, 'operator.pid'), String(started.pid));
      void this.#forgetWhenEnded(started);
    } finally {
      closeSync(output);
    }
  }

  async #forgetWhenEnded(started: TrackedProcess): Promise<void> {
    await started.exited;
    if (this.#process === started) this.#process = undefined;
  }

  /** No further instruction of a process that gets SIGKILL is carried out. */
  kill(signal: StopSignal | 'SIGSTOP' | 'SIGCONT'): void {
    if (this.#process !== undefined) process.kill(this.#process.pid, signal);
  }

  async stop(signal: StopSignal = 'SIGTERM'): Promise<number> {
    const since = performance.now();
    const running = this.#process;
    this.kill(signal);
    await running?.exited;
    return performance.now() - since;
  }

  #environment(): Record<string, string> {
    const { directory, ledger, environment } = this.#options;
    return {
      PATH: process.env['PATH'] ?? '',
      NODE_COMPILE_CACHE: compileCache(ledger),
      KUBECONFIG: join(directory, 'kubeconfig'),
      LOG_LEVEL: 'debug',
      ...operatorEnvironment({ ...this.#options, environment: { ...LEADER_ELECTION, ...environment } }),
    };
  }
}

/** Long enough for a machine that is busy with everything else; whoever kills an operator may clear its Lease. */
const LEADER_ELECTION = {
  LEADER_ELECTION: 'true',
  LEASE_DURATION_SECONDS: '10',
  LEASE_RENEW_DEADLINE_SECONDS: '8',
  LEASE_RETRY_PERIOD_SECONDS: '1',
} as const;
