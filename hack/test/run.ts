/**
 * The one test runner behind `make test`: runs the named tiers in order, each step with its elapsed time, and ends on
 * the line `N passed, N failed`. A static check counts as one test. Exit code 1 when anything failed or nothing ran.
 *
 * usage: run.ts [static] [unit] [alerts] [apiserver] [cluster] [e2e] [trace]
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { RESULTS, tiers, type Check, type Suite } from './tiers.ts';
import { CHECKS_FILE } from './trace/results.ts';

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Outcome extends Tally {
  readonly name: string;
  readonly seconds: number;
  /** What went wrong, said again at the very end: where logs are cut, the end is what remains. */
  readonly failures: readonly string[];
}

/** The part of Vitest's JSON report that is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Static checks are single-threaded for the most part. */
const CHECKS_AT_ONCE = 2;
/** What is repeated of one failure. */
const MESSAGE_CHARACTERS = 1500;
const started = performance.now();

const secondsSince = (from: number): number => (performance.now() - from) / 1000;
const announce = (name: string): void =>
  console.log(`\n==> ${name} (${secondsSince(started).toFixed(1)} s so far)`);

/** Exit code of a program; each piece of what it prints goes to `sink`. */
function run([program = '', ...args]: readonly string[], sink: (chunk: Buffer) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) },
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', sink);
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

const endOf = (output: readonly Buffer[]): string =>
  Buffer.concat(output)
    .toString('utf8')
    .trimEnd()
    .slice(-2 * MESSAGE_CHARACTERS);

async function runCheck({ name, command }: Check): Promise<Outcome> {
  const begun = performance.now();
  const output: Buffer[] = [];
  const code = await run(command, (chunk) => output.push(chunk));
  announce(name);
  process.stdout.write(Buffer.concat(output));
  return {
    name,
    passed: code === 0 ? 1 : 0,
    failed: code === 0 ? 0 : 1,
    skipped: 0,
    seconds: secondsSince(begun),
    failures: code === 0 ? [] : [endOf(output)],
  };
}

async function runChecks(checks: readonly Check[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...checks];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) outcomes.push(await runCheck(next));
  };
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, lane));
  return outcomes;
}

/** What a Vitest JSON report says; undefined where it is absent or holds no test: a failure, never a silent pass. */
function readReport(file: string): (Tally & { failures: string[] }) | undefined {
  if (!existsSync(file)) return undefined;
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  if (report.numPassedTests + report.numFailedTests + report.numPendingTests === 0) return undefined;
  const failures = report.testResults
    .flatMap((one) => one.assertionResults)
    .filter((test) => test.status === 'failed')
    .map((test) => `${test.fullName}\n${test.failureMessages.join('\n').slice(0, MESSAGE_CHARACTERS)}`);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests,
    failures,
  };
}

async function runSuite({ name, projects }: Suite): Promise<Outcome> {
  announce(name);
  const begun = performance.now();
  const file = `${RESULTS}/${name}.json`;
  const output: Buffer[] = [];
  const command = [
    ...['vitest', 'run', ...projects.flatMap((project) => ['--project', project])],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
  ];
  const code = await run(command, (chunk) => {
    process.stdout.write(chunk);
    output.push(chunk);
  });
  const seconds = secondsSince(begun);
  const report = readReport(file);
  // A crash outside any test (a failing global set-up, an unhandled rejection) must not pass.
  if (report && (code === 0 || report.failed > 0)) return { ...report, name, seconds };
  const { passed, skipped } = report ?? { passed: 0, skipped: 0 };
  return { name, seconds, passed, skipped, failed: 1, failures: [endOf(output)] };
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !Object.hasOwn(tiers, name));
  if (unknown.length > 0 || names.length === 0) {
    const given = unknown.length > 0 ? `unknown: ${unknown.join(', ')}` : 'nothing given';
    console.error(`usage: run.ts [${Object.keys(tiers).join('] [')}]; ${given}`);
    process.exit(2);
  }
  rmSync(RESULTS, { recursive: true, force: true });
  mkdirSync(RESULTS, { recursive: true });
  const outcomes: Outcome[] = [];
  const passedChecks = new Map<string, boolean>();
  for (const name of names) {
    const { checks = [], suites = [] } = tiers[name] ?? {};
    const checked = await runChecks(checks);
    outcomes.push(...checked);
    for (const check of checked) passedChecks.set(check.name, check.failed === 0);
    writeFileSync(`${RESULTS}/${CHECKS_FILE}`, JSON.stringify(Object.fromEntries(passedChecks)));
    for (const suite of suites) outcomes.push(await runSuite(suite));
  }
  summarise(outcomes);
}

function summarise(outcomes: readonly Outcome[]): void {
  for (const { name, failures } of outcomes)
    for (const failure of failures) console.log(`\n--- failed in ${name}: ${failure}`);
  console.log('');
  for (const { name, passed, failed, seconds } of outcomes) {
    console.log(
      `${failed === 0 ? 'ok    ' : 'FAILED'} ${name}: ${passed} passed, ${failed} failed, ${seconds.toFixed(1)} s`,
    );
  }
  const sum = (of: keyof Tally): number => outcomes.reduce((total, outcome) => total + outcome[of], 0);
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
  console.log(
    `in ${secondsSince(started).toFixed(1)} s\n\n${sum('passed')} passed, ${sum('failed')} failed${skipped}`,
  );
  process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
}

await main(process.argv.slice(2));
