/**
 * The operator is killed with SIGKILL at every write of every workload, at three positions: before the write goes on
 * (it is lost), after it was applied but before the reply (its outcome is unknown), and after the reply. Whatever was
 * half done, the next process must come to the same end as an undisturbed run: all objects and fields equal outside a
 * mask that is learned from three such runs, nothing made or deleted more often, no Secret and no volume replaced, and
 * silence afterwards.
 *
 * FULL_MATRIX=1 (`make test-fault`) runs all of it and writes the table; otherwise every write of a creation is killed
 * after its reply, and SAMPLE more plans are drawn by SEED.
 * One plan alone: FAULT=workload:position:write, for example FAULT=create:after-apply:7.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, inject, it } from 'vitest';
import { parsePosition, POSITIONS, type Position } from '../support/interceptors.ts';
import { inParallel } from '../support/wait.ts';
import { describePlan, learnReference, runPlan, type PlanSpec, type Reference } from './run-plan.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

/** Plans at the same time; each waits for one of the slots that all test files share. */
const PARALLEL = 6;
const SAMPLE = 16;
const TABLE = 'test-artifacts/fault-matrix.md';
const HOUR_MS = 3_600_000;

const tier = inject('tier');
const isFull = process.env['FULL_MATRIX'] === '1';
const alone = process.env['FAULT'];
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

/** mulberry32: a small generator that a seed replays. */
function generator(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function parsePlan(text: string): PlanSpec {
  const [name, position = '', write = ''] = text.split(':');
  const workload = WORKLOADS.find((one) => one.name === name);
  if (!workload)
    throw new Error(`FAULT names ${name}; there are ${WORKLOADS.map((one) => one.name).join(', ')}`);
  return { workload, position: parsePosition(position), write: Number(write) };
}

function allPlans(references: ReadonlyMap<Workload, Reference>): PlanSpec[] {
  return [...references].flatMap(([workload, { writes }]) =>
    POSITIONS.flatMap((position) =>
      Array.from({ length: writes }, (_, index) => ({ workload, position, write: index + 1 })),
    ),
  );
}

function choose(plans: readonly PlanSpec[]): PlanSpec[] {
  if (isFull) return [...plans];
  const isBasic = ({ workload, position }: PlanSpec): boolean =>
    workload.name === 'create' && position === 'after-reply';
  const rest = plans.filter((plan) => !isBasic(plan));
  const random = generator(seed);
  const drawn = Array.from({ length: SAMPLE }, () =>
    rest.splice(Math.floor(random() * rest.length), 1),
  ).flat();
  return [...plans.filter(isBasic), ...drawn];
}

interface Cell {
  passed: number;
  failed: number;
  /** The workload was over before the write: the number of status writes depends on timing. */
  unreached: number;
}

class Table {
  readonly #cells = new Map<string, Cell>();

  cell(workload: Workload, position: Position): Cell {
    const key = `${workload.name}:${position}`;
    const cell = this.#cells.get(key) ?? { passed: 0, failed: 0, unreached: 0 };
    this.#cells.set(key, cell);
    return cell;
  }

  format(references: ReadonlyMap<Workload, Reference>): string {
    const rows = [...references].map(([workload, { writes, mask, state }]) => {
      const cells = POSITIONS.map((position) => {
        const { passed, failed, unreached } = this.cell(workload, position);
        return `${passed} / ${failed} / ${unreached}`;
      });
      return `| ${workload.name} | ${writes} | ${state.size} | ${mask.size} | ${cells.join(' | ')} |`;
    });
    return [
      `| workload | writes | fields | masked | ${POSITIONS.join(' | ')} |`,
      '|---|---|---|---|---|---|---|',
      ...rows,
      '',
      'passed / failed / not reached',
      '',
    ].join('\n');
  }
}

async function learn(workloads: readonly Workload[]): Promise<ReadonlyMap<Workload, Reference>> {
  const references = new Map<Workload, Reference>();
  await inParallel(workloads, 2, async (workload) => {
    references.set(workload, await learnReference(tier, workload));
  });
  return new Map(
    workloads.flatMap((workload) => {
      const reference = references.get(workload);
      return reference ? [[workload, reference] as const] : [];
    }),
  );
}

it(
  `comes to the same end wherever the operator is killed (SEED=${seed})`,
  { timeout: 3 * HOUR_MS },
  async () => {
    const only = alone === undefined ? undefined : parsePlan(alone);
    const references = await learn(only ? [only.workload] : WORKLOADS);
    const plans = only ? [only] : choose(allPlans(references));
    const table = new Table();
    const failures: string[] = [];
    const started = performance.now();
    let done = 0;
    await inParallel(plans, PARALLEL, async (plan) => {
      const reference = references.get(plan.workload);
      if (!reference) throw new Error(`${plan.workload.name} has no reference`);
      const cell = table.cell(plan.workload, plan.position);
      let said: string;
      try {
        const killedAt = await runPlan(tier, plan, reference);
        said = killedAt === undefined ? 'over before that write' : `killed at ${killedAt}`;
        if (killedAt === undefined) cell.unreached += 1;
        else cell.passed += 1;
      } catch (error) {
        cell.failed += 1;
        said = `FAILED: ${error instanceof Error ? error.message : String(error)}`;
        failures.push(`FAULT='${describePlan(plan)}' ${said}`);
      }
      done += 1;
      const elapsed = ((performance.now() - started) / 1000).toFixed(0);
      console.log(`[${done}/${plans.length}, ${elapsed} s] ${describePlan(plan)}: ${said}`);
    });
    const text = table.format(references);
    mkdirSync('test-artifacts', { recursive: true });
    if (isFull) writeFileSync(TABLE, text);
    console.log(text);
    expect(failures).toEqual([]);
    const reached = [...references.keys()].flatMap((workload) =>
      POSITIONS.map((position) => table.cell(workload, position).passed),
    );
    expect(reached.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(plans.length / 2);
  },
);
