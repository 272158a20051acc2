/** What may happen to an operator at work. A new kind of trouble is one more `Fault`; the matrix does the rest. */
import { formatRecord, writeName, type RequestRecord } from '../../support/write-log.ts';
import type { Plan, PlanOptions } from '../../support/plan.ts';

/** What is known of a workload before anything is done to it. */
export interface Course {
  /** Names of the writes of an undisturbed run, in order. */
  readonly writes: readonly string[];
}

export interface Fault {
  readonly name: string;
  /** Faults of one group share a column of the table. */
  readonly group: string;
  readonly options: PlanOptions;
  /**
   * Writes that it may cost on top of an undisturbed run: retries, and status that says what was wrong. About twice of
   * what was seen; a loop needs as many in seconds.
   */
  readonly moreWrites: number;
  /** The same in a later turn, where what missed the point once would miss it again. Default: as it is. */
  inTurn?(turn: number): Fault;
  /** Where it can strike in a workload of this course. */
  points(course: Course): readonly string[];
  /** Before the workload is prepared: the operator may not run yet. */
  install(plan: Plan, point: string): Strike;
}

/** What a fault struck. */
export interface Hit {
  readonly text: string;
  /** Name of the write, where it was one. */
  readonly write?: string;
}

export const hitOf = (record: RequestRecord): Hit => ({
  text: formatRecord(record).trim(),
  write: writeName(record),
});

/** One fault in one plan. */
export interface Strike {
  /** Right before the change of the workload; nothing happens earlier. */
  arm(): unknown;
  /** What it struck, once it has. */
  hit(): Hit | undefined;
  /** After it has struck: brings back what is needed to come to an end. */
  recover(): Promise<void>;
  /** Takes itself off the proxy. */
  remove(): void;
}

/**
 * Tells the write that a point names: `7`, the seventh since now, or `create secrets/NAME` with hashes blotted out,
 * `patch …/status#3` for the third of that name. Names hold where code that comes before has changed.
 */
export function writeAt(plan: Plan, point: string): (record: RequestRecord) => boolean {
  const base = plan.proxy.log.writeCount;
  if (/^\d+$/.test(point)) return ({ number }) => number === base + Number(point);
  const [name, nth = '1'] = point.split('#');
  const seen = new Set<number>();
  return (record) => {
    if (record.number === undefined || record.number <= base || writeName(record) !== name) return false;
    seen.add(record.number);
    return [...seen].indexOf(record.number) + 1 === Number(nth);
  };
}

/** Every write of the course, by number. */
export const everyWrite = ({ writes }: Course): readonly string[] =>
  writes.map((_, index) => String(index + 1));
