/** What the plans of a run must have struck, so that nothing passes because it never happened. */
import type { Fault } from './faults/fault.ts';
import type { Reference, References } from './references.ts';
import type { Passed, PlanSpec } from './run-plan.ts';

/** Status writes that another timing may save on top of what three undisturbed runs saved. */
const MARGIN = 3;
/** Of the plans of a group of faults: the last writes of a workload may not come. */
const SHARE = 0.85;

/** Whether every undisturbed run came to this point; a plan that does not strike there is a failure. */
export function isCertain({ point, fault }: PlanSpec, reference: Reference): boolean {
  if (fault.group === 'watch') return reference.watched.has(point);
  if (reference.names.has(point)) return true;
  return Number(point) <= reference.certain - MARGIN;
}

interface Count {
  plans: number;
  struck: number;
}

export class Coverage {
  readonly #struck = new Set<string>();
  readonly #groups = new Map<string, Count>();

  note(plan: PlanSpec, reference: Reference, passed: Passed | undefined): void {
    const { workload, fault } = plan;
    if (passed?.struck.write !== undefined) this.#struck.add(keyOf(workload, fault, passed.struck.write));
    // Most watches are told nothing of most workloads.
    if (fault.group === 'watch' && !isCertain(plan, reference)) return;
    const count = this.#groups.get(fault.group) ?? { plans: 0, struck: 0 };
    count.plans += 1;
    if (passed) count.struck += 1;
    this.#groups.set(fault.group, count);
  }

  /**
   * Plans for writes that these faults have not struck yet, by name: the operator makes several children at a time, so
   * the same number is now one and now another.
   */
  missing(references: References, faults: readonly Fault[]): PlanSpec[] {
    return [...references].flatMap(([workload, { names }]) =>
      faults.flatMap((fault) =>
        [...names]
          .filter((name) => !this.#struck.has(keyOf(workload, fault, name)))
          .map((point) => ({ workload, fault, point })),
      ),
    );
  }

  /** Groups of faults of which too few plans came to their point. */
  thin(): string[] {
    return [...this.#groups]
      .filter(([, { plans, struck }]) => struck < SHARE * plans)
      .map(([group, { plans, struck }]) => `${group}: only ${struck} of ${plans} plans struck`);
  }
}

const keyOf = (workload: PlanSpec['workload'], fault: Fault, name: string): string =>
  [workload.name, fault.name, name].join('\n');
