import { STATUSES, type ComponentStatus } from '../../health/component.ts';
import type { Asked } from '../duty.ts';
import type { ToldWhere, WorkerAnswer } from './answer.ts';
import { isWell, type Seen } from './seen.ts';

/** A worker of the line. */
export interface Worker {
  readonly process: string;
  /** Origin of its management port; null: it cannot be asked. */
  readonly address: string | null;
}

/** What is known of another worker; times by the stopwatch. */
export interface Heard {
  /** When it said last that it judges; undefined: it never did. */
  readonly judgedAt: number | undefined;
  /** When it said last that it judges the same trouble, and people know of what it told. */
  readonly tellsAt: number | undefined;
  /** When it said that all is well where it is; undefined: what it said last is something else. */
  readonly wellAt: number | undefined;
  readonly alerts: WorkerAnswer['alerts'];
}

/** Another worker has told people of an alert. */
export interface Elsewhere {
  /** It answers, and so goes on with it. */
  readonly isThere: boolean;
  /** It comes before this worker: of two that tell the same, that one goes on with it. */
  readonly isBefore: boolean;
  readonly id: string;
  readonly told: ToldWhere;
}

/**
 * Pure.
 * @param before what was known of the worker
 * @param own what this process sees: what the other one does not see, it does not tell
 */
export function heardNow(
  before: Heard | undefined,
  { judges, duty, database, engine, alerts }: WorkerAnswer,
  own: Seen,
  at: number,
): Heard {
  const isTheSame = isAsBad(database, own.database) && isAsBad(engine ?? 'up', own.engine);
  // A worker whose channels fail is no reason to be silent.
  const tells = judges && duty !== 'looks-on' && isTheSame && alerts.every(({ told }) => told !== null);
  return {
    judgedAt: judges ? at : before?.judgedAt,
    tellsAt: tells ? at : before?.tellsAt,
    wellAt: judges && engine !== undefined && isWell({ database, engine }) ? at : undefined,
    alerts,
  };
}

function isAsBad(one: ComponentStatus, other: ComponentStatus): boolean {
  return STATUSES.indexOf(one) >= STATUSES.indexOf(other);
}

/** Pure: those before a worker in the line; nobody, where it is not in it. */
export function workersBefore(line: readonly Worker[], own: string): readonly Worker[] {
  return line.slice(
    0,
    Math.max(
      0,
      line.findIndex(({ process }) => process === own),
    ),
  );
}

/** Pure: the line as it is when another one leads than was known. */
export function ledBy(leader: string, line: readonly Worker[]): readonly Worker[] {
  return line.toSorted((one, other) => Number(other.process === leader) - Number(one.process === leader));
}

/**
 * Pure: what came of asking those before this worker; undefined where there is nobody.
 * @param since when asking began, or the database was seen to answer
 */
export function askedOf(
  before: readonly Worker[],
  heard: ReadonlyMap<string, Heard>,
  since: number,
): Asked | undefined {
  if (before.length === 0) return undefined;
  const known = before.flatMap(({ process }) => heard.get(process) ?? []);
  return {
    since,
    isEverybody: before.every(({ address }) => address !== null),
    heardAt: newest(known.map(({ judgedAt }) => judgedAt)),
    tellsAt: newest(known.map(({ tellsAt }) => tellsAt)),
  };
}

/**
 * Pure: who else has told of an alert of this rule: whoever is there, before the others.
 * @param isThere whether what was said at this time counts yet
 */
export function elsewhereOf(
  rule: string,
  line: readonly Worker[],
  own: string,
  heard: ReadonlyMap<string, Heard>,
  isThere: (at: number) => boolean,
): Elsewhere | undefined {
  const before = new Set(workersBefore(line, own));
  const all = line.flatMap((worker): Elsewhere[] => {
    const known = worker.process === own ? undefined : heard.get(worker.process);
    const alert = known?.alerts.find((one) => one.rule === rule);
    if (known === undefined || alert === undefined || alert.told === null) return [];
    const { id, told } = alert;
    const isAnswering = known.judgedAt !== undefined && isThere(known.judgedAt);
    return [{ isThere: isAnswering, isBefore: before.has(worker), id, told }];
  });
  return all.find((one) => one.isThere) ?? all[0];
}

function newest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
