/** Which plans there are, which of them are run, and how one is named. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ANSWERS } from './faults/answer.ts';
import type { Fault } from './faults/fault.ts';
import { CRASHES, SIGKILLS } from './faults/kill.ts';
import { WATCHES } from './faults/watch.ts';
import type { References } from './references.ts';
import type { PlanSpec } from './run-plan.ts';
import { WORKLOADS } from './workloads.ts';

/** What every point of every workload is struck with in the full matrix. */
export const FULL: readonly Fault[] = [...CRASHES, ...ANSWERS, ...WATCHES];
export const FAULTS: readonly Fault[] = [...SIGKILLS, ...FULL];

const REGRESSIONS = fileURLToPath(new URL('regressions', import.meta.url));

function named<T extends { readonly name: string }>(all: readonly T[], name: string, what: string): T {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`${name} is no ${what}; there are ${all.map((one) => one.name).join(', ')}`);
  return found;
}

/** `workload:fault:point`, for example `create:crash-after-apply:7`. */
export function parsePlan(text: string): PlanSpec {
  const [workload = '', fault = '', ...point] = text.split(':');
  return {
    workload: named(WORKLOADS, workload, 'workload'),
    fault: named(FAULTS, fault, 'fault'),
    point: point.join(':'),
  };
}

/** Plans that failed once. Each file holds the plan and what was wrong. */
export function regressions(): PlanSpec[] {
  const files = readdirSync(REGRESSIONS).filter((name) => name.endsWith('.json'));
  return files.map((name) => {
    const file: { readonly plan: string } = JSON.parse(readFileSync(`${REGRESSIONS}/${name}`, 'utf8'));
    return parsePlan(file.plan);
  });
}

export function allPlans(references: References, faults: readonly Fault[]): PlanSpec[] {
  return [...references].flatMap(([workload, reference]) =>
    faults.flatMap((fault) => fault.points(reference).map((point) => ({ workload, fault, point }))),
  );
}

/** `size` of them, spread evenly over the groups of faults. */
export function draw(plans: readonly PlanSpec[], size: number, random: () => number): PlanSpec[] {
  const groups = new Map<string, PlanSpec[]>();
  for (const plan of plans) groups.set(plan.fault.group, [...(groups.get(plan.fault.group) ?? []), plan]);
  const drawn: PlanSpec[] = [];
  while (drawn.length < Math.min(size, plans.length)) {
    for (const left of groups.values()) {
      if (drawn.length < size) drawn.push(...left.splice(Math.floor(random() * left.length), 1));
    }
  }
  return drawn;
}
