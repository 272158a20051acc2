/**
 * What is done to a platform while its operator is killed, a workload per entry. A new one needs no more than an entry
 * here: the matrix runs it at every write and every position.
 */
import { inventory } from '../support/inventory.ts';
import { OBJECT_NAME, type Plan } from '../support/plan.ts';
import { eventually } from '../support/wait.ts';

export interface Workload {
  readonly name: string;
  /** What is done before, undisturbed: it begins where that one ends. */
  readonly after?: Workload;
  /** And what else is done before. */
  begin?(plan: Plan): Promise<unknown>;
  /** The change; everything that the operator writes from here on may be its last write. */
  act(plan: Plan): Promise<unknown>;
  /** Resolves in the end state. */
  reached(plan: Plan): Promise<unknown>;
  /** The end state has neither volume nor credentials. */
  readonly removesData?: true;
}

/** What is done one after the other from nothing to the end of a workload, itself included. */
export const pathTo = (workload: Workload): readonly Workload[] => [
  ...(workload.after ? pathTo(workload.after) : []),
  workload,
];

/** Brings a plan to where a workload begins. */
export async function prepare(plan: Plan, workload: Workload): Promise<void> {
  const { after } = workload;
  if (after) {
    await prepare(plan, after);
    await after.act(plan);
    await after.reached(plan);
  }
  await workload.begin?.(plan);
}

const PATIENCE_MS = 180_000;

const ready = (plan: Plan): Promise<unknown> => plan.waitReady(PATIENCE_MS);

const suspended = (plan: Plan): Promise<unknown> =>
  plan.waitForCondition({ type: 'Suspended', status: 'True', reason: 'Suspended' }, PATIENCE_MS);

const remove = (plan: Plan): Promise<unknown> => plan.client.delete(plan.objectPath());

/** The object is gone, and the garbage collector has left `kept` kinds of our labels. */
async function goneExcept(plan: Plan, kept: readonly string[]): Promise<void> {
  await plan.waitGone(PATIENCE_MS);
  const what = 'its children to be collected';
  await eventually({ what, timeoutMs: PATIENCE_MS, intervalMs: 400 }, async () =>
    (await inventory(plan)).every((name) => kept.includes(name.split('/')[0] ?? '')) ? true : undefined,
  );
}

const retained = (plan: Plan): Promise<void> => goneExcept(plan, ['secrets', 'persistentvolumeclaims']);

const patch =
  (spec: unknown) =>
  (plan: Plan): Promise<unknown> =>
    plan.patchSpec(spec);

const create = (name: string, spec: unknown): Workload => ({
  name,
  begin: (plan) => plan.operator.start(),
  act: (plan) => plan.createObject(spec),
  reached: ready,
});

const CREATE = create('create', {});

/** A change of the spec of a platform that is ready, and ready again afterwards. */
const change = (name: string, spec: unknown): Workload => ({
  name,
  after: CREATE,
  act: patch(spec),
  reached: ready,
});

const SUSPEND: Workload = {
  name: 'suspend',
  after: CREATE,
  act: patch({ suspend: true }),
  reached: suspended,
};

const RETAIN: Workload = { name: 'delete, Retain', after: CREATE, act: remove, reached: retained };

/** In the order in which the shards take turns, so that none has all of the long ones. */
export const WORKLOADS: readonly Workload[] = [
  CREATE,
  change('scale', { server: { replicas: 3 } }),
  change('image', { image: { repository: 'test.invalid/app', tag: '2' } }),
  SUSPEND,
  { name: 'resume', after: SUSPEND, act: patch({ suspend: false }), reached: ready },
  RETAIN,
  { name: 'adopt retained data', after: RETAIN, act: (plan) => plan.createObject(), reached: ready },
  {
    name: 'delete, Delete',
    after: create('create, Delete', { deletionPolicy: 'Delete' }),
    begin: (plan) =>
      plan.client.patch(plan.objectPath(), {
        metadata: { annotations: { 'stockanalysis.dev/confirm-delete': OBJECT_NAME } },
      }),
    act: remove,
    reached: (plan) => goneExcept(plan, []),
    removesData: true,
  },
  change('configuration', { database: { builtIn: { parameters: { work_mem: '8MB' } } } }),
];
