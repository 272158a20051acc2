/** One plan of the matrix: a workload, a fault, a point, and everything that must hold afterwards. */
import type { Plan, Tier } from '../support/plan.ts';
import { SecretScan } from '../support/secret-scan.ts';
import { captureState, differences, learnMask, type State } from '../support/state.ts';
import { eventually } from '../support/wait.ts';
import { withPlan } from '../support/with-plan.ts';
import { formatRecord, writeName, type RequestRecord } from '../support/write-log.ts';
import type { Course, Fault, Strike } from './faults/fault.ts';
import type { Workload } from './workloads.ts';

/** For how long a converged plan must write nothing before something is done to it. */
const CALM_MS = 2000;
/** And before its end state is looked at: longer than the shortest pause between two visits, see revisit.ts. */
const QUIET_MS = 3600;

/** Writes that a fault may cost on top of an undisturbed run: retries, and status that says what was wrong. */
const MORE_WRITES = 25;

export interface PlanSpec {
  readonly workload: Workload;
  readonly fault: Fault;
  /** See Fault.points. */
  readonly point: string;
}

export const describePlan = ({ workload, fault, point }: PlanSpec): string =>
  `${workload.name}:${fault.name}:${point}`;

/** Undisturbed runs of a workload: what others are compared with. */
export interface Reference extends Course {
  /** Writes that every one of them needed; how many status writes come on top depends on timing. */
  readonly certain: number;
  readonly state: State;
  readonly mask: ReadonlySet<string>;
  readonly creates: ReadonlyMap<string, number>;
  readonly deletes: ReadonlyMap<string, number>;
}

interface Outcome {
  readonly writes: readonly string[];
  readonly state: State;
  readonly creates: ReadonlyMap<string, number>;
  readonly deletes: ReadonlyMap<string, number>;
}

/** How often each name occurs among the requests that fit. Events come as they come. */
function count(
  records: readonly RequestRecord[],
  fits: (record: RequestRecord) => boolean,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const record of records.filter(fits)) {
    const name = writeName(record);
    if (record.object.startsWith('events') || record.injected) continue;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

async function outcomeOf(plan: Plan, since: number): Promise<Outcome> {
  await plan.settle(QUIET_MS);
  const writes = plan.proxy.log.writes.slice(since);
  return {
    writes: writes.map(writeName),
    state: await captureState(plan),
    creates: count(writes, ({ status }) => status === 201),
    deletes: count(writes, ({ verb, status }) => verb === 'delete' && status === 200),
  };
}

const slug = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

/** Runs a workload undisturbed, three times: fields that differ between those are masked. */
export async function learnReference(tier: Tier, workload: Workload): Promise<Reference> {
  const outcomes: Outcome[] = [];
  const run = async (plan: Plan): Promise<void> => {
    await workload.prepare(plan);
    await plan.settle(CALM_MS);
    const since = plan.proxy.log.writes.length;
    await workload.act(plan);
    await workload.reached(plan);
    outcomes.push(await outcomeOf(plan, since));
  };
  await Promise.all(
    [1, 2, 3].map((turn) =>
      withPlan(tier, `fault-${slug(workload.name)}-reference-${turn}`, run, { inProcess: {} }),
    ),
  );
  const [longest] = outcomes.toSorted((a, b) => b.writes.length - a.writes.length);
  if (!longest) throw new Error(`${workload.name}: no reference`);
  return {
    ...longest,
    certain: Math.min(...outcomes.map(({ writes }) => writes.length)),
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

/** Carries the workload out until the fault has struck; undefined where the workload ended before it came to that. */
async function actUntilStruck(plan: Plan, workload: Workload, strike: Strike): Promise<string | undefined> {
  await strike.arm();
  await workload.act(plan);
  const stopped = new AbortController();
  const struck = eventually({ what: 'the fault to strike', timeoutMs: 200_000, intervalMs: 50 }, () =>
    stopped.signal.aborted ? 'over' : strike.hit(),
  );
  const quiet = workload
    .reached(plan)
    .then(() => plan.settle(CALM_MS))
    .catch(() => struck);
  await Promise.race([struck, quiet]);
  stopped.abort();
  return strike.hit();
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

function changed(before: Kept, after: Kept): string[] {
  const secrets = Object.entries(before.credentials)
    .filter(([name, hash]) => after.credentials[name] !== hash)
    .map(([name]) => `Secret ${name} has another value`);
  const claim = before.claimUID !== undefined && before.claimUID !== after.claimUID;
  return claim ? [...secrets, 'the volume claim is another one'] : secrets;
}

/** Everything in which the plan differs from what must hold. */
async function wrongs(
  plan: Plan,
  { workload }: PlanSpec,
  reference: Reference,
  outcome: Outcome,
  before: Kept,
): Promise<string[]> {
  const limit = reference.writes.length + MORE_WRITES;
  return [
    ...differences(reference.state, outcome.state, reference.mask),
    ...excess('created', outcome.creates, reference.creates),
    ...excess('deleted', outcome.deletes, reference.deletes),
    ...(workload.removesData ? [] : changed(before, await keptBy(plan))),
    ...(outcome.writes.length > limit ? [`${outcome.writes.length} writes, at most ${limit} are right`] : []),
    ...plan.proxy.log.denied.map((record) => `denied: ${formatRecord(record)}`),
    ...(plan.operator.isRunning ? [] : ['the operator has ended by itself']),
  ];
}

/**
 * Runs one plan. Says what was struck, undefined where the workload ended before.
 * @throws Error that lists everything that differs from an undisturbed run
 */
export async function runPlan(tier: Tier, spec: PlanSpec, reference: Reference): Promise<string | undefined> {
  const { workload, fault, point } = spec;
  const namespace = `fault-${slug(workload.name)}-${slug(fault.name)}-${slug(point)}`.slice(0, 63);
  let struck: string | undefined;
  const run = async (plan: Plan): Promise<void> => {
    const strike = fault.install(plan, point);
    const scan = SecretScan.start(plan.proxy);
    await workload.prepare(plan);
    await plan.settle(CALM_MS);
    const since = plan.proxy.log.writes.length;
    const untouched = await keptBy(plan);
    struck = await actUntilStruck(plan, workload, strike);
    if (struck === undefined) return;
    // What there was from the start, and what was made until the fault struck.
    const half = await keptBy(plan);
    const before = {
      credentials: { ...half.credentials, ...untouched.credentials },
      claimUID: untouched.claimUID ?? half.claimUID,
    };
    await strike.recover();
    await workload.reached(plan);
    const outcome = await outcomeOf(plan, since);
    strike.remove();
    const wrong = [...(await wrongs(plan, spec, reference, outcome, before)), ...(await scan.leaks(plan))];
    if (wrong.length > 0) throw new Error(`struck at ${struck}\n  ${wrong.slice(0, 12).join('\n  ')}`);
  };
  await withPlan(tier, namespace, run, fault.options);
  return struck;
}
