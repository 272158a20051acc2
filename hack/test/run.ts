/**
 * The one test runner behind `make test`: runs the named tiers in order, each step with its elapsed time, and ends on
 * the line `N passed, N failed`. A static check counts as one test. Exit code 1 when anything failed or nothing ran.
 *
 * usage: run.ts [static] [unit] [apiserver] [cluster] [e2e]
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tiers, type Check, type Suite } from './tiers.ts';

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Outcome extends Tally {
  readonly name: string;
  readonly seconds: number;
}

const RESULTS = '.state/test-results';
/** Static checks are single-threaded for the most part. */
const CHECKS_AT_ONCE = 2;
const started = performance.now();

const secondsSince = (from: number): number => (performance.now() - from) / 1000;
const announce = (name: string): void =>
  console.log(`\n==> ${name} (${secondsSince(started).toFixed(1)} s so far)`);

/** Exit code of a program; with `output` given what it prints is collected there instead of shown at once. */
function run([program = '', ...args]: readonly string[], output?: Buffer[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: output ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => output?.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

async function runCheck({ name, command }: Check): Promise<Outcome> {
  const begun = performance.now();
  const output: Buffer[] = [];
  const code = await run(command, output);
  announce(name);
  process.stdout.write(Buffer.concat(output));
  return {
    name,
    passed: code === 0 ? 1 : 0,
    failed: code === 0 ? 0 : 1,
    skipped: 0,
    seconds: secondsSince(begun),
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

/** Counts of a Vitest JSON report; a report that is absent or empty is one failure, never a silent pass. */
function readReport(file: string): Tally {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
    const passed = report['numPassedTests'] ?? 0;
    const failed = report['numFailedTests'] ?? 0;
    if (passed + failed === 0) throw new Error('no test ran');
    return { passed, failed, skipped: report['numPendingTests'] ?? 0 };
  } catch (error) {
    console.log(`${file}: ${String(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

async function runSuite({ name, projects }: Suite): Promise<Outcome> {
  announce(name);
  const begun = performance.now();
  const report = `${RESULTS}/${name}.json`;
  const code = await run([
    ...['vitest', 'run', ...projects.flatMap((project) => ['--project', project])],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  ]);
  const tally = readReport(report);
  // A crash outside any test (a failing global set-up, an unhandled rejection) must not pass.
  const failed = code !== 0 && tally.failed === 0 ? 1 : tally.failed;
  return { ...tally, failed, name, seconds: secondsSince(begun) };
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
  for (const name of names) {
    const { checks = [], suites = [] } = tiers[name] ?? {};
    outcomes.push(...(await runChecks(checks)));
    for (const suite of suites) outcomes.push(await runSuite(suite));
  }
  summarise(outcomes);
}

function summarise(outcomes: readonly Outcome[]): void {
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
