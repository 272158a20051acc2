/** Carries a chain out on one object and compares every stop with a fresh object of the same spec. */
import type { ExternalDatabase } from '../support/external-database.ts';
import type { KubeObject } from '../support/kube-objects.ts';
import type { Plan, Tier } from '../support/plan.ts';
import { differences, learnMask, type State } from '../support/state.ts';
import { withPlan } from '../support/with-plan.ts';
import type { Chain, Step } from './chains.ts';
import { currentState } from './current-state.ts';
import { ABSENT_IMAGE, EXTERNAL_SECRETS } from './properties.ts';
import { isExternal, keyOfSpec, patchBetween, type Spec } from './spec.ts';

/** For how long nothing is written before a state counts as reached. */
const QUIET_MS = 1200;

async function converge(plan: Plan, spec: Spec, elsewhere: ExternalDatabase): Promise<void> {
  const [repository = ''] = ABSENT_IMAGE.split(':');
  plan.kubelet.script.pullable = (image) => !image.startsWith(repository);
  for (const [name, login] of isExternal(spec) ? Object.entries(EXTERNAL_SECRETS) : [])
    await plan.createExternalSecret(elsewhere, name, login);
  await plan.converge(spec);
  await plan.waitForDataSource();
}

/** Fresh objects, one per spec, and what no two of them have in common. */
export class FreshStates {
  /** One for all objects that are External, so that their states have host, port and certificate in common. */
  readonly elsewhere: ExternalDatabase;
  readonly #tier: Tier;
  readonly #states = new Map<string, Promise<State>>();
  readonly #prefix: string;
  #count = 0;
  mask: ReadonlySet<string> = new Set();

  constructor(tier: Tier, prefix: string, elsewhere: ExternalDatabase) {
    this.#tier = tier;
    this.elsewhere = elsewhere;
    this.#prefix = prefix;
  }

  get size(): number {
    return this.#states.size;
  }

  /** Three objects of one spec, which has every child that there is: fields that differ say nothing. */
  async learn(): Promise<void> {
    const states = await Promise.all(
      [1, 2, 3].map(() => this.#make({ marketData: { provider: 'AKTools' } })),
    );
    this.mask = learnMask(states);
  }

  get(spec: Spec): Promise<State> {
    const key = keyOfSpec(spec);
    const known = this.#states.get(key) ?? this.#make(spec);
    this.#states.set(key, known);
    return known;
  }

  async #make(spec: Spec): Promise<State> {
    let state: State = new Map();
    this.#count += 1;
    const run = async (plan: Plan): Promise<void> => {
      await converge(plan, spec, this.elsewhere);
      await plan.settle(QUIET_MS);
      state = await currentState(plan);
    };
    await withPlan(this.#tier, `${this.#prefix}-fresh-${this.#count}`, run, { inProcess: {} });
    return state;
  }
}

/** What was seen at one step. A state is compared later: a fresh object needs a slot, and the chain holds one. */
interface Stop {
  readonly index: number;
  readonly step: Step;
  readonly state?: State;
  /** The spec was the same before, apart from how it is written. */
  readonly isIdle?: boolean;
  readonly wrong: readonly string[];
}

export interface ChainResult {
  /** Changes that ended where a fresh object begins. */
  readonly reached: number;
  /** Stops that were no change: a default that is written down, or a walk that stays where it is. */
  readonly idle: number;
  /** Values that the API server refused. */
  readonly refused: number;
  readonly problems: readonly string[];
}

export async function runChain(
  tier: Tier,
  namespace: string,
  chain: Chain,
  fresh: FreshStates,
): Promise<ChainResult> {
  const stops: Stop[] = [];
  const run = async (plan: Plan): Promise<void> => {
    await converge(plan, chain.from, fresh.elsewhere);
    let at = chain.from;
    for (const [index, step] of chain.steps.entries()) {
      stops.push({ index, step, ...(await carryOut(plan, at, step)) });
      if (step.kind !== 'refuse') at = step.spec;
    }
  };
  await withPlan(tier, namespace, run, { inProcess: {} });
  const judged = await Promise.all(
    stops.map(async (stop) => {
      const { index, step, isIdle = false, wrong } = stop;
      return { index, step, isIdle, wrong: [...wrong, ...(await compared(stop, fresh))] };
    }),
  );
  const right = (kind: Step['kind']): readonly Pick<Stop, 'isIdle'>[] =>
    judged.filter(({ step, wrong }) => step.kind === kind && wrong.length === 0);
  const problems = judged
    .filter(({ wrong }) => wrong.length > 0)
    .map(({ index, step, wrong }) => {
      const where = `${chain.name}, step ${index + 1}, ${step.kind} ${JSON.stringify(step.spec)}`;
      return `${where}:\n  ${wrong.slice(0, 8).join('\n  ')}`;
    });
  const idle = right('reach').filter(({ isIdle }) => isIdle).length;
  return { reached: right('reach').length - idle, idle, refused: right('refuse').length, problems };
}

async function compared({ step, state }: Stop, fresh: FreshStates): Promise<string[]> {
  return state === undefined ? [] : differences(await fresh.get(step.spec), state, fresh.mask);
}

async function carryOut(plan: Plan, from: Spec, step: Step): Promise<Omit<Stop, 'index' | 'step'>> {
  switch (step.kind) {
    case 'refuse':
      return { wrong: await refuse(plan, from, step.spec) };
    case 'futile':
      await plan.patchSpec(patchBetween(from, step.spec));
      await plan.waitForCondition({ type: 'Ready', status: 'False', reason: step.reason });
      return { wrong: [] };
    case 'suspend':
      await plan.patchSpec(patchBetween(from, step.spec));
      await plan.waitForCondition({ type: 'Suspended', status: 'True', reason: 'Suspended' });
      return { wrong: await running(plan) };
    case 'reach': {
      const before = (await plan.object()).metadata.generation;
      const { metadata } = await plan.patchSpec(patchBetween(from, step.spec));
      await plan.waitReady();
      await plan.waitForDataSource();
      await plan.settle(QUIET_MS);
      return { wrong: [], isIdle: metadata.generation === before, state: await currentState(plan) };
    }
    default:
      throw new Error('unreachable');
  }
}

async function running(plan: Plan): Promise<string[]> {
  const pods = await plan.list<KubeObject>('v1', 'pods?fieldSelector=status.phase%3DRunning');
  return pods.map(({ metadata }) => `${metadata.name} runs`);
}

async function refuse(plan: Plan, from: Spec, to: Spec): Promise<string[]> {
  const before = (await plan.object()).metadata.generation;
  const reply = await plan.client.call('PATCH', plan.objectPath(), {
    body: { spec: patchBetween(from, to) },
    contentType: 'application/merge-patch+json',
  });
  const after = (await plan.object()).metadata.generation;
  const wrong = [400, 422].includes(reply.status) ? [] : [`accepted with ${reply.status}`];
  return before === after ? wrong : [...wrong, 'the object has changed'];
}
