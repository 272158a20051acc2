/**
 * Trouble at every write of every workload: the operator dies before, at and after it; the API server refuses it, does
 * not answer, or answers too late; watches lag, lose and fall silent. Whatever was half done, the end must be that of
 * an undisturbed run: all objects and fields equal outside a mask that is learned from three such runs, nothing made or
 * deleted more often, no Secret and no volume replaced, no secret value where it does not belong, and silence.
 *
 * FULL_MATRIX=1 (`make test-fault`) runs everything; otherwise plans are drawn by SEED, some thirty of them real SIGKILLs.
 * FAULTS=crash,watch takes faults whose name begins so, WORKLOADS=create,scale takes these workloads alone. One plan
 * alone: FAULT=workload:fault:point, for example FAULT=create:crash-after-apply:7. Plans that failed once are kept in
 * regressions/ and always run.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, inject, it } from 'vitest';
import type { Tier } from '../support/plan.ts';
import { generator, seed } from '../support/random.ts';
import { inParallel } from '../support/wait.ts';
import { Coverage, isCertain } from './coverage.ts';
import type { Fault } from './faults/fault.ts';
import { CRASHES, SIGKILLS } from './faults/kill.ts';
import { allPlans, draw, FAULTS, FULL, parsePlan, regressions } from './plans.ts';
import { learnReferences, routesOver, type Reference, type References } from './references.ts';
import { describePlan, runPlan, type Passed, type PlanSpec } from './run-plan.ts';
import { Table } from './table.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

/** Plans of a shard at the same time; all shards together leave some of the slots to other tests. */
const PARALLEL = 6;
/** As many as `make test` has time for: a plan costs about two seconds of one core, one with processes three. */
const SAMPLE = { sigkill: 34, other: 130 };
/** What must come of it in each shard: plans that struck, and SIGKILLs among them. */
const ENOUGH = { sigkills: 15, struck: 75 };
const SHARDS = 2;
const HOURS_MS = 6 * 3_600_000;
/** Chances of a plan that must strike: a watch that begins anew at the wrong moment has its event in a list. */
const TURNS = [1, 2, 3];
const ARTIFACTS = 'test-artifacts/fault';

const isFull = process.env['FULL_MATRIX'] === '1';

/** The matrix is run by several test files, each a process: a shard has every n-th route over the workloads. */
interface Shard {
  readonly index: number;
  readonly count: number;
}

/** The test of one shard. Vitest runs files side by side, not what is inside of one. */
export function testShard(index: number): void {
  it(
    `comes to the same end whatever happens, part ${index + 1} of ${SHARDS} (SEED=${seed})`,
    { timeout: HOURS_MS },
    async () => {
      const { struck, sigkills, failures } = await runShard(inject('tier'), { index, count: SHARDS });
      expect(failures).toEqual([]);
      // What somebody picks is judged plan by plan.
      if (['FAULT', 'FAULTS', 'WORKLOADS'].some((variable) => process.env[variable])) return;
      expect(sigkills).toBeGreaterThanOrEqual(ENOUGH.sigkills);
      expect(struck).toBeGreaterThanOrEqual(ENOUGH.struck);
    },
  );
}

/** The full matrix, or the faults of all that FAULTS names. */
function wantedFaults(): readonly Fault[] {
  const prefixes = process.env['FAULTS']?.split(',');
  if (!prefixes) return FULL;
  return FAULTS.filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)));
}

function wantedWorkloads({ index, count }: Shard): readonly Workload[] {
  // Some names hold a comma and a blank.
  const names = process.env['WORKLOADS']?.split(/,(?! )/);
  const wanted = WORKLOADS.filter(({ name }) => names?.includes(name) ?? true);
  const routes = routesOver(wanted).filter((_, position) => position % count === index);
  return wanted.filter((workload) => routes.some(({ learned }) => learned.includes(workload)));
}

function choose(references: References, { index, count }: Shard): PlanSpec[] {
  const ofRegressions = regressions().filter(({ workload }) => references.has(workload));
  const random = generator(seed + index);
  // A plan that is drawn should strike: the last points may not come, and not every watch sees every workload.
  const likely = (plans: readonly PlanSpec[]): PlanSpec[] =>
    plans.filter((plan) => {
      const reference = references.get(plan.workload);
      return reference !== undefined && isCertain(plan, reference);
    });
  const all = allPlans(references, wantedFaults());
  if (process.env['FAULTS']) return all;
  const sigkills = draw(likely(allPlans(references, SIGKILLS)), Math.ceil(SAMPLE.sigkill / count), random);
  const others = isFull ? all : draw(likely(all), Math.ceil(SAMPLE.other / count), random);
  return [...ofRegressions, ...sigkills, ...others];
}

/** What a failure leaves behind: a file that replays it, to be moved into regressions/. */
function keepFailure(plan: PlanSpec, why: string): void {
  const text = describePlan(plan);
  mkdirSync(`${ARTIFACTS}/failed`, { recursive: true });
  const file = `${ARTIFACTS}/failed/${text.replaceAll(/[^a-zA-Z0-9]+/g, '-')}.json`;
  writeFileSync(file, `${JSON.stringify({ plan: text, why }, undefined, 2)}\n`);
}

interface Result {
  readonly struck: number;
  readonly sigkills: number;
  readonly failures: readonly string[];
}

interface Shared {
  readonly tier: Tier;
  readonly references: References;
  readonly table: Table;
  readonly coverage: Coverage;
  readonly failures: string[];
  readonly started: number;
  sigkills: number;
  done: number;
}

async function runShard(tier: Tier, shard: Shard): Promise<Result> {
  const alone = process.env['FAULT'] === undefined ? undefined : parsePlan(process.env['FAULT']);
  if (alone && shard.index !== 0) return { struck: 0, sigkills: 0, failures: [] };
  const workloads = alone ? [alone.workload] : wantedWorkloads(shard);
  const references = await learnReferences(tier, workloads, PARALLEL);
  const table = new Table();
  const coverage = new Coverage();
  const started = performance.now();
  const shared: Shared = { tier, references, table, coverage, failures: [], started, sigkills: 0, done: 0 };
  if (alone) await runAll([alone], shared, () => true);
  else {
    await runAll(choose(references, shard), shared, isCertain);
    await completeFull(shared);
  }
  report(table, references, shard);
  return { struck: table.sum('passed'), sigkills: shared.sigkills, failures: shared.failures };
}

/** In a full run each write, by its name, is struck at each place where an operator can die, and few plans strike nothing. */
async function completeFull(shared: Shared): Promise<void> {
  const { references, coverage, failures } = shared;
  const isComplete = isFull || process.env['FAULTS'] !== undefined;
  if (!isComplete) return;
  const wanted = wantedFaults();
  await runAll(
    coverage.missing(
      references,
      CRASHES.filter((fault) => wanted.includes(fault)),
    ),
    shared,
    isCertain,
  );
  failures.push(...coverage.thin());
}

type Must = (plan: PlanSpec, reference: Reference) => boolean;

/** Runs a plan until it strikes, where it must. */
async function strike({ tier, references }: Shared, plan: PlanSpec, must: Must): Promise<Passed | undefined> {
  const reference = references.get(plan.workload);
  if (!reference) throw new Error(`${plan.workload.name} has no reference`);
  for (const turn of must(plan, reference) ? TURNS : [1]) {
    const passed = await runPlan(tier, plan, reference, turn);
    if (passed) return passed;
  }
  if (must(plan, reference))
    throw new Error('the workload ended before the point, which every undisturbed run passed');
  return undefined;
}

async function runAll(plans: readonly PlanSpec[], shared: Shared, must: Must): Promise<void> {
  const total = shared.done + plans.length;
  await inParallel(plans, PARALLEL, async (plan) => {
    const said = await judge(plan, shared, must);
    shared.done += 1;
    const elapsed = ((performance.now() - shared.started) / 1000).toFixed(0);
    console.log(`[${shared.done}/${total}, ${elapsed} s] ${describePlan(plan)}: ${said}`);
  });
}

async function judge(plan: PlanSpec, shared: Shared, must: Must): Promise<string> {
  const { references, table, coverage, failures } = shared;
  try {
    const passed = await strike(shared, plan, must);
    const reference = references.get(plan.workload);
    if (reference) coverage.note(plan, reference, passed);
    table.note(plan, passed ? 'passed' : 'unreached');
    if (!passed) return 'over before';
    if (SIGKILLS.includes(plan.fault)) shared.sigkills += 1;
    return `at ${passed.struck.text}; ${passed.more} writes more`;
  } catch (error) {
    table.note(plan, 'failed');
    const said = `FAILED: ${error instanceof Error ? error.message : String(error)}`;
    keepFailure(plan, said);
    failures.push(`FAULT='${describePlan(plan)}' ${said}`);
    return said;
  }
}

function report(table: Table, references: References, { index }: Shard): void {
  const masks = [...references].map(
    ([{ name }, { mask }]) => `${name}: ${[...mask].join(', ') || 'nothing'}`,
  );
  const text = [table.format(references), 'masked, because undisturbed runs differ there:', ...masks].join(
    '\n',
  );
  mkdirSync(ARTIFACTS, { recursive: true });
  writeFileSync(`${ARTIFACTS}/table-${index + 1}.md`, text);
  console.log(text);
}
