/** One plan of the matrix: a workload, a write, a position, and everything that must hold afterwards. */
import { atWrite, type Position } from '../support/interceptors.ts';
import type { Plan, Tier } from '../support/plan.ts';
import { eventually } from '../support/wait.ts';
import { withPlan } from '../support/with-plan.ts';
import { formatRecord, type RequestRecord } from '../support/write-log.ts';
import { captureState, differences, learnMask, type State } from './state.ts';
import type { Workload } from './workloads.ts';

/** For how long a converged plan must write nothing before its end state is looked at. */
const QUIET_MS = 2500;

export interface PlanSpec {
  readonly workload: Workload;
  readonly position: Position;
  /** Counted from the first write after the workload's change, from 1. */
  readonly write: number;
}

export const describePlan = ({ workload, position, write }: PlanSpec): string =>
  `${workload.name}:${position}:${write}`;

/** Undisturbed runs of a workload: what others are compared with. */
export interface Reference {
  /** Most writes that any of them needed. */
  readonly writes: number;
  readonly state: State;
  readonly mask: ReadonlySet<string>;
  readonly creates: ReadonlyMap<string, number>;
  readonly deletes: ReadonlyMap<string, number>;
}

interface Outcome {
  readonly writes: number;
  readonly state: State;
  readonly creates: ReadonlyMap<string, number>;
  readonly deletes: ReadonlyMap<string, number>;
}

/** Successful requests by object, hashes in names blotted out. */
function count(
  records: readonly RequestRecord[],
  fits: (record: RequestRecord) => boolean,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const record of records.filter(fits)) {
    const object = record.object.replace(/-[0-9a-f]{10}\b/, '-HASH');
    if (object.startsWith('events')) continue;
    counts.set(object, (counts.get(object) ?? 0) + 1);
  }
  return counts;
}

async function outcomeOf(plan: Plan, since: number): Promise<Outcome> {
  await plan.settle(QUIET_MS);
  const writes = plan.proxy.log.writes.slice(since);
  return {
    writes: writes.length,
    state: await captureState(plan),
    creates: count(writes, ({ status }) => status === 201),
    deletes: count(writes, ({ verb, status }) => verb === 'delete' && status === 200),
  };
}

const slug = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

/** Runs a workload undisturbed, three times: fields that differ between those are masked. */
export async function learnReference(tier: Tier, workload: Workload): Promise<Reference> {
  const outcomes: Outcome[] = [];
  await Promise.all(
    [1, 2, 3].map((run) =>
      withPlan(tier, `fault-${slug(workload.name)}-reference-${run}`, async (plan) => {
        await workload.prepare(plan);
        await plan.settle(QUIET_MS);
        const since = plan.proxy.log.writes.length;
        await workload.act(plan);
        await workload.reached(plan);
        outcomes.push(await outcomeOf(plan, since));
      }),
    ),
  );
  const [first] = outcomes;
  if (!first) throw new Error(`${workload.name}: no reference`);
  return {
    ...first,
    writes: Math.max(...outcomes.map(({ writes }) => writes)),
    mask: learnMask(outcomes.map(({ state }) => state)),
  };
}

interface Kept {
  readonly credentials: Readonly<Record<string, string>>;
  readonly claimUID: string | undefined;
}

const keptBy = async (plan: Plan): Promise<Kept> => ({
  credentials: await plan.credentials(),
  claimUID: await plan.claimUID(),
});

/** Kills the operator at the write; undefined where the workload ended before it came to that. */
async function kill(plan: Plan, { workload, position, write }: PlanSpec): Promise<string | undefined> {
  let killedAt: string | undefined;
  const release = plan.proxy.intercept(
    atWrite(plan.proxy.log.writeCount + write, position, ({ record }) => {
      plan.operator.kill('SIGKILL');
      plan.proxy.cutConnections();
      killedAt = formatRecord(record).trim();
    }),
  );
  const stopped = new AbortController();
  try {
    await workload.act(plan);
    const hit = eventually({ what: 'the write', timeoutMs: 200_000, intervalMs: 20 }, () =>
      stopped.signal.aborted ? 'over' : killedAt,
    );
    const quiet = workload
      .reached(plan)
      .then(() => plan.settle(QUIET_MS))
      .catch(() => hit);
    await Promise.race([hit, quiet]);
    return killedAt;
  } finally {
    stopped.abort();
    release();
  }
}

/** More often than in the reference: something was made or deleted twice. */
function excess(
  what: string,
  found: ReadonlyMap<string, number>,
  allowed: ReadonlyMap<string, number>,
): string[] {
  return [...found]
    .filter(([object, times]) => times > (allowed.get(object) ?? 0))
    .map(([object, times]) => `${what} ${times} times, undisturbed ${allowed.get(object) ?? 0}: ${object}`);
}

function changed(before: Kept, after: Kept, isDeletion: boolean): string[] {
  if (isDeletion) return [];
  const secrets = Object.entries(before.credentials)
    .filter(([name, hash]) => after.credentials[name] !== hash)
    .map(([name]) => `Secret ${name} has another value`);
  const claim = before.claimUID !== undefined && before.claimUID !== after.claimUID;
  return claim ? [...secrets, 'the volume claim is another one'] : secrets;
}

/**
 * Runs one plan. Says at which write it killed, undefined where there was none to kill at.
 * @throws Error that lists everything that differs from an undisturbed run
 */
export async function runPlan(tier: Tier, spec: PlanSpec, reference: Reference): Promise<string | undefined> {
  let report: string | undefined;
  const { workload, position, write } = spec;
  const namespace = `fault-${slug(workload.name)}-${slug(position)}-${write}`;
  await withPlan(tier, namespace, async (plan) => {
    await workload.prepare(plan);
    await plan.settle(QUIET_MS);
    const since = plan.proxy.log.writes.length;
    report = await kill(plan, spec);
    if (report === undefined) return;
    await plan.operator.exited();
    const before = await keptBy(plan);
    await plan.restartOperator();
    await workload.reached(plan);
    const { state, creates, deletes } = await outcomeOf(plan, since);
    const isDeletion = workload.name.startsWith('delete');
    const wrong = [
      ...differences(reference.state, state, reference.mask),
      ...excess('created', creates, reference.creates),
      ...excess('deleted', deletes, reference.deletes),
      ...changed(before, await keptBy(plan), isDeletion && workload.name.endsWith('Delete')),
      ...plan.proxy.log.denied.map((record) => `denied: ${formatRecord(record)}`),
    ];
    if (wrong.length > 0) throw new Error(`killed at ${report}\n  ${wrong.slice(0, 12).join('\n  ')}`);
  });
  return report;
}
