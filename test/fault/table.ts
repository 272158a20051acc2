/** What became of the plans, as a table of workloads and groups of faults. */
import type { References } from './references.ts';
import type { PlanSpec } from './run-plan.ts';

interface Cell {
  passed: number;
  failed: number;
  /** The workload was over before the point: the number of status writes depends on timing. */
  unreached: number;
}

export class Table {
  readonly #cells = new Map<string, Cell>();
  readonly #groups = new Set<string>();

  note({ workload, fault }: PlanSpec, result: keyof Cell): void {
    this.#groups.add(fault.group);
    this.#cell(workload.name, fault.group)[result] += 1;
  }

  sum(result: keyof Cell): number {
    return [...this.#cells.values()].reduce((total, cell) => total + cell[result], 0);
  }

  format(references: References): string {
    const groups = [...this.#groups].toSorted();
    const rows = [...references].map(([workload, { writes, mask, state }]) => {
      const cells = groups.map((group) => {
        const { passed, failed, unreached } = this.#cell(workload.name, group);
        return passed + failed + unreached === 0 ? '' : `${passed} / ${failed} / ${unreached}`;
      });
      return `| ${workload.name} | ${writes.length} | ${state.size} | ${mask.size} | ${cells.join(' | ')} |`;
    });
    return [
      `| workload | writes | fields | masked | ${groups.join(' | ')} |`,
      `|${'---|'.repeat(groups.length + 4)}`,
      ...rows,
      '',
      'passed / failed / over before the point',
      '',
    ].join('\n');
  }

  #cell(workload: string, group: string): Cell {
    const key = `${workload}:${group}`;
    const cell = this.#cells.get(key) ?? { passed: 0, failed: 0, unreached: 0 };
    this.#cells.set(key, cell);
    return cell;
  }
}
