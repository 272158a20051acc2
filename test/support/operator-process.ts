/** The real operator as a process of its own, to be killed at will. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnTracked, type TrackedProcess } from './processes.ts';

export const OPERATOR_IMAGES = {
  RELATED_IMAGE_APP: 'test.invalid/app:1',
  RELATED_IMAGE_POSTGRES: 'test.invalid/postgres:1',
  RELATED_IMAGE_SAMPLE_DATA: 'test.invalid/sample-data:1',
} as const;

const MAIN = fileURLToPath(new URL('../../operator/src/main.ts', import.meta.url));

export interface OperatorOptions {
  readonly namespace: string;
  /** Folder for kubeconfig, pid and log. */
  readonly directory: string;
  /** See FaultProxy.kubeconfig. */
  readonly kubeconfig: unknown;
  /** `host:port` behind which PostgreSQL comes and goes. */
  readonly databaseAddress: string;
  readonly ledger: string;
  /** Over everything else. */
  readonly environment?: Readonly<Record<string, string>>;
}

export class OperatorProcess {
  readonly logFile: string;
  readonly #options: OperatorOptions;
  #process: TrackedProcess | undefined;

  constructor(options: OperatorOptions) {
    this.#options = options;
    mkdirSync(options.directory, { recursive: true });
    this.logFile = join(options.directory, 'operator.log');
    writeFileSync(join(options.directory, 'kubeconfig'), JSON.stringify(options.kubeconfig), { mode: 0o600 });
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Settles when the running process has ended; at once when none runs. */
  async exited(): Promise<
    { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined
  > {
    return this.#process?.exited;
  }

  /** Starts a process; one that runs already is left alone. */
  async start(): Promise<void> {
    if (this.#process !== undefined) return;
    const output = openSync(this.logFile, 'a');
    try {
      const started = await spawnTracked(
        this.#options.ledger,
        process.execPath,
        ['--enable-source-maps', MAIN],
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

  /** Sends the signal at once, without waiting: no further instruction of a process that gets SIGKILL is carried out. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): void {
    if (this.#process !== undefined) process.kill(this.#process.pid, signal);
  }

  /** Ends the process and waits until it is gone. Returns milliseconds. */
  async stop(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<number> {
    const since = performance.now();
    const running = this.#process;
    this.kill(signal);
    await running?.exited;
    return performance.now() - since;
  }

  /** What to say about the process in the text of a failure: whether it runs, and its last lines. */
  describe(): string {
    const state =
      this.#process === undefined ? 'the operator does not run' : `the operator runs as ${this.#process.pid}`;
    return `${state}; its last lines:\n${this.log().trimEnd().split('\n').slice(-3).join('\n')}`;
  }

  log(): string {
    return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
  }

  #environment(): Record<string, string> {
    const { namespace, directory, databaseAddress, environment } = this.#options;
    return {
      PATH: process.env['PATH'] ?? '',
      // Tens of operators start in this tier: parsed modules are kept beside the ledger.
      NODE_COMPILE_CACHE: join(this.#options.ledger, '..', 'compile-cache'),
      KUBECONFIG: join(directory, 'kubeconfig'),
      POD_NAME: 'stock-analysis-operator-0',
      POD_NAMESPACE: namespace,
      WATCH_NAMESPACES: namespace,
      LOG_LEVEL: 'debug',
      // Any free port: one that is chosen here could be taken until the operator listens.
      HEALTH_PORT: '0',
      METRICS_PORT: '0',
      POSTGRES_DIAL_ADDRESS: databaseAddress,
      ...LEADER_ELECTION,
      ...OPERATOR_IMAGES,
      ...environment,
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
