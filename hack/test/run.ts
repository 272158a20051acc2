/**
 * The one test runner behind `make test`: runs the named tiers in order, each step with its elapsed time, and ends on
 * the line `N passed, N failed`. A static check counts as one test. Exit code 1 when anything failed or nothing ran.
 *
 * usage: run.ts [static] [unit] [apiserver] [e2e]
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tiers, type Step } from './tiers.ts';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const RESULTS = '.state/test-results';

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function run(command: readonly string[]): Promise<number> {
  const [program, ...args] = command;
  if (program === undefined) throw new Error('a step of hack/test/tiers.ts has an empty command');
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
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

async function runStep(step: Step): Promise<Tally> {
  const report = `${RESULTS}/${step.name.replaceAll(/\W+/g, '-')}.json`;
  const isVitest = step.projects !== undefined;
  const command = isVitest
    ? [
        'vitest',
        'run',
        ...step.projects.flatMap((name) => ['--project', name]),
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
      ]
    : step.command;
  const code = await run(command);
  if (!isVitest) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  const tally = readReport(report);
  // A crash outside any test (a failing global set-up, an unhandled rejection) must not pass.
  if (code !== 0 && tally.failed === 0) tally.failed = 1;
  return tally;
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !(name in tiers));
  if (unknown.length > 0 || names.length === 0) {
    console.error(
      `usage: run.ts [${Object.keys(tiers).join('] [')}]; unknown: ${unknown.join(', ') || 'nothing given'}`,
    );
    process.exit(2);
  }
  rmSync(RESULTS, { recursive: true, force: true });
  mkdirSync(RESULTS, { recursive: true });
  const started = performance.now();
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  for (const step of names.flatMap((name) => tiers[name] ?? [])) {
    const stepStarted = performance.now();
    console.log(`\n==> ${step.name} (${seconds(started)} so far)`);
    const tally = await runStep(step);
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
    lines.push(
      `${tally.failed === 0 ? 'ok    ' : 'FAILED'} ${step.name}: ${tally.passed} passed, ${tally.failed} failed, ${seconds(stepStarted)}`,
    );
    if (tally.failed > 0 && step.stopOnFailure === true) break;
  }
  console.log(`\n${lines.join('\n')}\nin ${seconds(started)}\n`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

await main(process.argv.slice(2));
