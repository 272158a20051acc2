import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { RuleGroup } from '../../operator/src/resources/monitoring/types.ts';

export interface Outcome {
  readonly code: number | null;
  /** Standard output and error, as they came. */
  readonly output: string;
}

/** One series of a test: `values` in promtool's notation. */
export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

export interface Expectation {
  readonly expr: string;
  /** A duration of Prometheus from the start of the test. */
  readonly eval_time: string;
  readonly exp_samples: readonly { readonly labels: string; readonly value: number }[];
}

export interface UnitTest {
  readonly name: string;
  readonly interval: string;
  readonly input_series: readonly InputSeries[];
  readonly promql_expr_test?: readonly Expectation[];
  readonly alert_rule_test?: readonly {
    readonly alertname: string;
    readonly eval_time: string;
    readonly exp_alerts: readonly [];
  }[];
}

/** Rules together with the tests on them. */
export interface Suite {
  readonly groups: readonly RuleGroup[];
  readonly interval: string;
  readonly tests: readonly UnitTest[];
}

function run(args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn('promtool', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `promtool check rules` with every lint, each of them fatal. */
export function checkRules(groups: readonly RuleGroup[]): Promise<Outcome> {
  return inFolder((folder) => {
    const file = join(folder, 'rules.yaml');
    writeFileSync(file, stringify({ groups }));
    return run(['check', 'rules', '--lint=all', '--lint-fatal', file]);
  });
}

/** `promtool test rules`, all suites in one run. */
export function testRules(suites: readonly Suite[]): Promise<Outcome> {
  return inFolder((folder) => {
    const files = suites.map(({ groups, interval, tests }, index) => {
      writeFileSync(join(folder, `rules-${index}.yaml`), stringify({ groups }));
      const file = join(folder, `test-${index}.yaml`);
      const document = {
        rule_files: [`rules-${index}.yaml`],
        evaluation_interval: interval,
        // Records before those who read them; without it the order is any.
        group_eval_order: groups.map(({ name }) => name),
        tests,
      };
      writeFileSync(file, stringify(document, { lineWidth: 0 }));
      return file;
    });
    return run(['test', 'rules', ...files]);
  });
}

/** What `promtool test rules` says of tests that do not hold; empty: all hold. */
export async function failuresOf(suites: readonly Suite[]): Promise<string> {
  const { code, output } = await testRules(suites);
  return code === 0 && !output.includes('FAILED') ? '' : `exit code ${code}: ${output}`;
}
