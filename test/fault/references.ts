/** Undisturbed runs of the workloads: what plans of trouble are compared with. */
import { Transform } from 'node:stream';
import type { Plan, Tier } from '../support/plan.ts';
import { captureState, learnMask, type State } from '../support/state.ts';
import { inParallel } from '../support/wait.ts';
import { withPlan } from '../support/with-plan.ts';
import { writeName } from '../support/write-log.ts';
import type { Course } from './faults/fault.ts';
import { pathTo, type Workload } from './workloads.ts';

/** For how long a converged plan must write nothing before something is done to it. */
export const CALM_MS = 2000;
/** And before its end state is looked at: longer than the shortest pause between two visits, see revisit.ts. */
const QUIET_MS = 3600;
/** Fields that differ between so many runs say nothing. */
const TURNS = [1, 2, 3];

export interface Outcome {
  readonly writes: readonly string[];
  readonly state: State;
  readonly creates: ReadonlyMap<string, number>;
  readonly deletes: ReadonlyMap<string, number>;
}

/** What undisturbed runs of a workload had in common. */
export interface Reference extends Course, Outcome {
  /** Writes that every one of them needed; how many status writes come on top depends on timing. */
  readonly certain: number;
  /** Names of writes that each of them had. Events come as they come, each with a name of its own. */
  readonly names: ReadonlySet<string>;
  readonly mask: ReadonlySet<string>;
  /** Kinds of which the operator was told something in each of them. */
  readonly watched: ReadonlySet<string>;
}

export type References = ReadonlyMap<Workload, Reference>;

/** What has become of a plan since that many writes, once it is quiet. */
export async function outcomeOf(plan: Plan, since: number): Promise<Outcome> {
  await plan.settle(QUIET_MS);
  const { log } = plan.proxy;
  const range = { since, nameOf: writeName };
  return {
    writes: log.writes.slice(since).map(writeName),
    state: await captureState(plan),
    creates: log.creates(range),
    deletes: log.deletes(range),
  };
}

export const slug = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

/** Keeps the kinds of which a watch has told something. */
function noteWatched(plan: Plan): Set<string> {
  const kinds = new Set<string>();
  plan.proxy.intercept({
    watchStream: ({ target }) =>
      new Transform({
        transform(chunk: Buffer, _encoding, done) {
          if (/"type":"(ADDED|MODIFIED|DELETED)"/.test(chunk.toString('latin1'))) kinds.add(target.resource);
          done(null, chunk);
        },
      }),
  });
  return kinds;
}

interface Run extends Outcome {
  readonly watched: ReadonlySet<string>;
}

/** A workload that nothing follows, and those on the way to it that are learned in the same runs. */
interface Route {
  readonly last: Workload;
  readonly learned: readonly Workload[];
}

/** The fewest runs that pass all of these workloads: most begin where another one ends. */
export function routesOver(workloads: readonly Workload[]): Route[] {
  const isPassed = (one: Workload): boolean =>
    workloads.some((other) => other !== one && pathTo(other).includes(one));
  const left = new Set(workloads);
  return workloads
    .filter((workload) => !isPassed(workload))
    .map((last) => {
      const learned = pathTo(last).filter((workload) => left.delete(workload));
      return { last, learned };
    });
}

async function runRoute(plan: Plan, { last, learned }: Route, runs: Map<Workload, Run[]>): Promise<void> {
  const watched = noteWatched(plan);
  for (const workload of pathTo(last)) {
    await workload.begin?.(plan);
    if (learned.includes(workload)) await plan.settle(CALM_MS);
    const since = plan.proxy.log.writes.length;
    watched.clear();
    await workload.act(plan);
    await workload.reached(plan);
    if (!learned.includes(workload)) continue;
    const outcome = await outcomeOf(plan, since);
    runs.set(workload, [...(runs.get(workload) ?? []), { ...outcome, watched: new Set(watched) }]);
  }
}

function inAll([first, ...others]: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set([...(first ?? [])].filter((item) => others.every((other) => other.has(item))));
}

function summarise(runs: readonly Run[]): Reference | undefined {
  const [longest] = runs.toSorted((a, b) => b.writes.length - a.writes.length);
  return (
    longest && {
      ...longest,
      certain: Math.min(...runs.map(({ writes }) => writes.length)),
      names: inAll(runs.map(({ writes }) => new Set(writes.filter((name) => !name.includes(' events.'))))),
      mask: learnMask(runs.map(({ state }) => state)),
      watched: inAll(runs.map(({ watched }) => watched)),
    }
  );
}

/** Runs workloads undisturbed, three times each. */
export async function learnReferences(
  tier: Tier,
  workloads: readonly Workload[],
  parallel: number,
): Promise<References> {
  const runs = new Map<Workload, Run[]>();
  const turns = routesOver(workloads).flatMap((route) => TURNS.map((turn) => ({ route, turn })));
  await inParallel(turns, parallel, ({ route, turn }) => {
    const namespace = `fault-${slug(route.last.name)}-reference-${turn}`;
    return withPlan(tier, namespace, (plan) => runRoute(plan, route, runs), { inProcess: {} });
  });
  // In the order of the list, whichever was ready first.
  return new Map(
    workloads.map((workload) => {
      const reference = summarise(runs.get(workload) ?? []);
      if (!reference) throw new Error(`${workload.name}: no reference`);
      return [workload, reference] as const;
    }),
  );
}
