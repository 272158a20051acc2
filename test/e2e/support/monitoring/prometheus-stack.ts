/** Prometheus and Alertmanager of Debian on this machine, which reaches pods and nodes of the local cluster. */
import { mkdirSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { endProcess, identify } from '../../../../hack/cluster/processes.ts';
import { cloneState } from '../../../../hack/lib/paths.ts';
import { freePort } from '../../../../hack/lib/ports.ts';
import { killLedger, spawnTracked, type TrackedProcess } from '../../../support/processes.ts';
import { eventually } from '../../../support/wait.ts';
import type { ScrapeJob } from './scrape-jobs.ts';

const STATE = cloneState('e2e-monitoring');
const LEDGER = join(STATE, 'processes');
/** What prometheus-operator and its kube-prometheus-stack have unless told otherwise. */
const EVALUATION = '30s';
const STOP_MS = 10_000;

const answer = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});
const targets = z.object({
  data: z.object({
    activeTargets: z.array(
      z.object({
        labels: z.record(z.string(), z.string()),
        scrapePool: z.string(),
        health: z.string(),
        lastError: z.string(),
      }),
    ),
  }),
});

export interface StackConfig {
  readonly jobs: readonly ScrapeJob[];
  readonly groups: readonly unknown[];
  /** Configuration of Alertmanager. */
  readonly alertmanager: Readonly<Record<string, unknown>>;
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export type ScrapeTarget = z.infer<typeof targets>['data']['activeTargets'][number];

/** An empty folder for files of this run; what a run that was killed left running is ended. */
export async function prepareState(): Promise<string> {
  await clearState();
  mkdirSync(STATE, { recursive: true, mode: 0o700 });
  return STATE;
}

/** @returns how many processes had not been ended by whoever started them */
export async function clearState(): Promise<number> {
  const left = await killLedger(LEDGER);
  rmSync(STATE, { recursive: true, force: true });
  return left;
}

async function start(program: string, url: string, args: readonly string[]): Promise<TrackedProcess> {
  const file = join(STATE, `${program}.log`);
  const log = openSync(file, 'a');
  const started = await spawnTracked(LEDGER, program, args, { stdio: ['ignore', log, log] });
  closeSync(log);
  const ready = eventually({ what: `${program} to be ready`, timeoutMs: 60_000 }, async () =>
    (await fetch(`${url}/-/ready`)).ok ? true : undefined,
  );
  const ended = started.exited.then(() => {
    throw new Error(`${program} has ended:\n${readFileSync(file, 'utf8').slice(-2000)}`);
  });
  await Promise.race([ready, ended]);
  return started;
}

export class PrometheusStack {
  readonly #url: string;
  readonly #processes: readonly TrackedProcess[];

  private constructor(url: string, processes: readonly TrackedProcess[]) {
    this.#url = url;
    this.#processes = processes;
  }

  /** Call {@link prepareState} first. */
  static async start({ jobs, groups, alertmanager }: StackConfig): Promise<PrometheusStack> {
    const [prometheusAt, managerAt] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    const prometheus = {
      global: { scrape_interval: '30s', evaluation_interval: EVALUATION },
      rule_files: ['rules.yaml'],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [managerAt] }] }] },
      scrape_configs: jobs,
    };
    const files = {
      'rules.yaml': { groups },
      'prometheus.yaml': prometheus,
      'alertmanager.yaml': alertmanager,
    };
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(STATE, name), stringify(content, { aliasDuplicateObjects: false }));
    const managerUrl = `http://${managerAt}`;
    const manager = await start('prometheus-alertmanager', managerUrl, [
      `--config.file=${join(STATE, 'alertmanager.yaml')}`,
      `--storage.path=${join(STATE, 'alertmanager')}`,
      `--web.listen-address=${managerAt}`,
      '--cluster.listen-address=',
    ]);
    const url = `http://${prometheusAt}`;
    const server = await start('prometheus', url, [
      `--config.file=${join(STATE, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(STATE, 'prometheus')}`,
      `--web.listen-address=${prometheusAt}`,
    ]);
    return new PrometheusStack(url, [server, manager]);
  }

  /** An instant query. @throws Error with what Prometheus says of one that it refuses */
  async query(expr: string): Promise<readonly Sample[]> {
    const response = await fetch(
      `${this.#url}/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`,
    );
    if (!response.ok) throw new Error(`${expr}: ${await response.text()}`);
    const { data } = answer.parse(await response.json());
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  async targets(): Promise<readonly ScrapeTarget[]> {
    const response = await fetch(`${this.#url}/api/v1/targets?state=active`);
    return targets.parse(await response.json()).data.activeTargets;
  }

  async stop(): Promise<void> {
    for (const { pid } of this.#processes) {
      const identity = identify(pid);
      if (identity !== undefined) await endProcess(identity, STOP_MS);
    }
  }
}
