/**
 * What is done to a platform while its operator is killed, a workload per entry. A new one needs no more than a line
 * here: the matrix runs it at every write and every position.
 */
import { inventory } from '../support/inventory.ts';
import { OBJECT_NAME, type Plan } from '../support/plan.ts';
import { eventually } from '../support/wait.ts';

export interface Workload {
  readonly name: string;
  /** Brings the plan to where the workload begins. Not disturbed. */
  prepare(plan: Plan): Promise<void>;
  /** The change; everything that the operator writes from here on may be its last write. */
  act(plan: Plan): Promise<unknown>;
  /** Resolves in the end state. */
  reached(plan: Plan): Promise<unknown>;
  /** The end state has neither volume nor credentials. */
  readonly removesData?: true;
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

/** A change of the spec of a platform that is ready, and ready again afterwards. */
const change = (name: string, spec: unknown): Workload => ({
  name,
  prepare: (plan) => plan.converge(),
  act: patch(spec),
  reached: ready,
});

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'create',
    prepare: (plan) => plan.operator.start(),
    act: (plan) => plan.createObject(),
    reached: ready,
  },
  change('scale', { server: { replicas: 3 } }),
  change('image', { image: { repository: 'test.invalid/app', tag: '2' } }),
  change('configuration', { database: { builtIn: { parameters: { work_mem: '8MB' } } } }),
  {
    name: 'suspend',
    prepare: (plan) => plan.converge(),
    act: patch({ suspend: true }),
    reached: suspended,
  },
  {
    name: 'resume',
    prepare: async (plan) => {
      await plan.converge();
      await plan.patchSpec({ suspend: true });
      await suspended(plan);
    },
    act: patch({ suspend: false }),
    reached: ready,
  },
  {
    name: 'adopt retained data',
    prepare: async (plan) => {
      await plan.converge();
      await remove(plan);
      await retained(plan);
    },
    act: (plan) => plan.createObject(),
    reached: ready,
  },
  { name: 'delete, Retain', prepare: (plan) => plan.converge(), act: remove, reached: retained },
  {
    name: 'delete, Delete',
    prepare: async (plan) => {
      await plan.converge({ deletionPolicy: 'Delete' });
      await plan.client.patch(plan.objectPath(), {
        metadata: { annotations: { 'stockanalysis.dev/confirm-delete': OBJECT_NAME } },
      });
    },
    act: remove,
    reached: (plan) => goneExcept(plan, []),
    removesData: true,
  },
];
