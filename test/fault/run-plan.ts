/** One plan of the matrix: a workload, a fault, a point, and everything that must hold afterwards. */
import type { Plan, Tier } from '../support/plan.ts';
import { SecretScan } from '../support/secret-scan.ts';
import { differences } from '../support/state.ts';
import { eventually } from '../support/wait.ts';
import { withPlan } from '../support/with-plan.ts';
import { formatRecord } from '../support/write-log.ts';
import type { Fault, Hit, Strike } from './faults/fault.ts';
import { CALM_MS, outcomeOf, slug, type Outcome, type Reference } from './references.ts';
import { prepare, type Workload } from './workloads.ts';

export interface PlanSpec {
  readonly workload: Workload;
  readonly fault: Fault;
  /** See Fault.points. */
  readonly point: string;
}

export const describePlan = ({ workload, fault, point }: PlanSpec): string =>
  `${workload.name}:${fault.name}:${point}`;

interface Kept {
  readonly credentials: Readonly<Record<string, string>>;
  readonly claimUID: string | undefined;
}

const keptBy = async (plan: Plan): Promise<Kept> => ({
  credentials: await plan.credentials(),
  claimUID: await plan.claimUID(),
});

/** A plan that came to its point. */
export interface Passed {
  readonly struck: Hit;
  /** Writes on top of those of an undisturbed run; fewer than none where status writes fell together. */
  readonly more: number;
}

/** Carries the workload out until the fault has struck; undefined where the workload ended before it came to that. */
async function actUntilStruck(plan: Plan, workload: Workload, strike: Strike): Promise<Hit | undefined> {
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

function changed(before: Kept, after: Kept, { takesAway = [] }: Workload): string[] {
  const secrets = Object.entries(before.credentials)
    .filter(([name, hash]) => !takesAway.includes(name) && after.credentials[name] !== hash)
    .map(([name]) => `Secret ${name} has another value`);
  const claim = before.claimUID !== undefined && before.claimUID !== after.claimUID;
  return claim ? [...secrets, 'the volume claim is another one'] : secrets;
}

/** Everything in which the plan differs from what must hold. */
async function wrongs(
  plan: Plan,
  { workload, fault }: PlanSpec,
  reference: Reference,
  outcome: Outcome,
  before: Kept,
): Promise<string[]> {
  const limit = reference.writes.length + fault.moreWrites;
  return [
    ...differences(reference.state, outcome.state, reference.mask),
    ...excess('created', outcome.creates, reference.creates),
    ...excess('deleted', outcome.deletes, reference.deletes),
    ...(workload.removesData ? [] : changed(before, await keptBy(plan), workload)),
    ...(outcome.writes.length > limit ? [`${outcome.writes.length} writes, at most ${limit} are right`] : []),
    ...plan.proxy.log.denied.map((record) => `denied: ${formatRecord(record)}`),
    ...(plan.operator.isRunning ? [] : ['the operator has ended by itself']),
  ];
}

/**
 * Runs one plan, the first time or once more; undefined where the workload ended before the point.
 * @throws Error that lists everything that differs from an undisturbed run
 */
export async function runPlan(
  tier: Tier,
  spec: PlanSpec,
  reference: Reference,
  turn = 1,
): Promise<Passed | undefined> {
  const { workload, point } = spec;
  const fault = spec.fault.inTurn?.(turn) ?? spec.fault;
  const names = [workload.name, fault.name, point].map(slug);
  // As long as a name may be, with the turn at its end.
  const namespace = `${['fault', ...names].join('-').slice(0, 60)}-${turn}`;
  let passed: Passed | undefined;
  const run = async (plan: Plan): Promise<void> => {
    const strike = fault.install(plan, point);
    const scan = SecretScan.start(plan.proxy);
    await prepare(plan, workload);
    await plan.settle(CALM_MS);
    const since = plan.proxy.log.writes.length;
    const untouched = await keptBy(plan);
    const struck = await actUntilStruck(plan, workload, strike);
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
    if (wrong.length > 0) throw new Error(`struck at ${struck.text}\n  ${wrong.slice(0, 12).join('\n  ')}`);
    passed = { struck, more: outcome.writes.length - reference.writes.length };
  };
  await withPlan(tier, namespace, run, fault.options);
  return passed;
}
