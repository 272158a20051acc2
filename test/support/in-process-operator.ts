/**
 * The operator inside the test process: the same code from its entry on, without the second that a process needs to
 * start. Its end by SIGKILL is made by the proxy, which lets nothing of a killed operator through.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { loadConfig } from '../../operator/src/config.ts';
import type { ClusterConfig } from '../../operator/src/kube/index.ts';
import { runOperator, type OperatorOptions } from '../../operator/src/operator.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { operatorEnvironment, type OperatorPlace } from './operator-environment.ts';
import type { OperatorExit, OperatorRunner, StopSignal } from './operator-runner.ts';

export interface InProcessOptions extends OperatorPlace {
  readonly proxy: FaultProxy;
  /** Shorter deadlines than in a process, for faults that are found by waiting. */
  readonly operator?: OperatorOptions;
}

interface Running {
  readonly stopping: AbortController;
  readonly ended: Promise<OperatorExit>;
}

export class InProcessOperator implements OperatorRunner {
  readonly logFile: string;
  readonly #options: InProcessOptions;
  readonly #log: pino.Logger;
  #running: Running | undefined;
  /** The last one that was killed may still be clearing up after itself, unheard. */
  #killed: Promise<unknown> = Promise.resolve();

  constructor(options: InProcessOptions) {
    this.#options = options;
    mkdirSync(options.directory, { recursive: true });
    this.logFile = join(options.directory, 'operator.log');
    this.#log = pino(
      { level: 'debug', base: null },
      // No open file for each of some thousand plans.
      { write: (line: string) => appendFileSync(this.logFile, line) },
    );
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const stopping = new AbortController();
    this.#running = { stopping, ended: this.#run(stopping.signal) };
  }

  async #run(signal: AbortSignal): Promise<OperatorExit> {
    const config = loadConfig({ ...operatorEnvironment(this.#options), LEADER_ELECTION: 'false' });
    try {
      await runOperator(config, this.#cluster(), this.#log, signal, this.#options.operator);
      return { code: 0, signal: null };
    } catch (error) {
      this.#log.error({ err: error }, 'the operator ends');
      return { code: 1, signal: null };
    } finally {
      if (this.#running?.stopping.signal === signal) this.#running = undefined;
    }
  }

  #cluster(): ClusterConfig {
    const { server, serverName, ca = '', token = '' } = this.#options.proxy.connection;
    return {
      server: server.origin,
      namespace: this.#options.namespace,
      ca: { data: ca },
      token: { data: token },
      ...(serverName === undefined ? {} : { tlsServerName: serverName }),
    };
  }

  async exited(): Promise<OperatorExit | undefined> {
    return this.#running?.ended;
  }

  kill(signal: StopSignal): void {
    const running = this.#running;
    if (running === undefined) return;
    if (signal === 'SIGKILL') {
      this.#options.proxy.revokeToken();
      this.#running = undefined;
      this.#killed = Promise.all([this.#killed, running.ended]);
    }
    running.stopping.abort(new Error(signal));
  }

  async stop(signal: StopSignal = 'SIGTERM'): Promise<number> {
    const since = performance.now();
    const running = this.#running;
    this.kill(signal);
    await Promise.all([running?.ended, this.#killed]);
    return performance.now() - since;
  }
}
