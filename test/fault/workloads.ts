/**
 * What is done to a platform while its operator is killed, a workload per entry. A new one needs no more than an entry
 * here: the matrix runs it at every write and every position.
 */
import { EXTERNAL_SECRET, externalDatabase } from '../support/external-database.ts';
import { inventory } from '../support/inventory.ts';
import type { Secret } from '../support/kube-objects.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan } from '../support/plan.ts';
import { secretName, secretPath, waitMounted } from '../support/server-secrets.ts';
import { type Deployment, isRolledOut } from '../support/rolled-out.ts';
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
  /** Names of Secrets that it takes away and that do not come back. */
  readonly takesAway?: readonly string[];
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

/** Its AKTools is another Deployment, which Ready does not wait for. */
const readyWithSource = async (plan: Plan): Promise<void> => {
  await ready(plan);
  await plan.waitForDataSource(PATIENCE_MS);
};

const AKTOOLS: Workload = {
  ...change('AKTools', { marketData: { provider: 'AKTools' } }),
  reached: readyWithSource,
};

const SUSPEND: Workload = {
  name: 'suspend',
  after: CREATE,
  act: patch({ suspend: true }),
  reached: suspended,
};

/** The finalizer is put on an object that runs already. */
const DELETE = change('deletionPolicy', { deletionPolicy: 'Delete' });

const RETAIN: Workload = { name: 'delete, Retain', after: CREATE, act: remove, reached: retained };

/** The database is somebody else's. */
const EXTERNAL: Workload = {
  ...create('create, External', { database: externalDatabase() }),
  begin: async (plan) => {
    await plan.createExternalSecret(await plan.startExternalDatabase());
    await plan.operator.start();
  },
};

const NEW_PASSWORD = 'their-next-password-of-the-app';

/** The administrator changes the password; pods with the old one would not become ready. */
const PASSWORD: Workload = {
  name: 'password, External',
  after: EXTERNAL,
  act: async (plan) => {
    await plan.externalDatabase.setAppPassword(NEW_PASSWORD);
    const secret = plan.path('v1', 'secrets', EXTERNAL_SECRET);
    await plan.client.patch(secret, { stringData: { password: NEW_PASSWORD } });
  },
  reached: async (plan) => {
    await eventually(
      { what: 'the new password in every pod', timeoutMs: PATIENCE_MS, intervalMs: 300 },
      async () => ((await hasNewPassword(plan)) ? true : undefined),
    );
    await ready(plan);
  },
};

/** All Deployments mount a Secret with the new password, and no pod of before is left. */
async function hasNewPassword(plan: Plan): Promise<boolean> {
  const secrets = await plan.list<Secret>('v1', 'secrets?labelSelector=app.kubernetes.io%2Finstance%3Ddemo');
  const encoded = Buffer.from(NEW_PASSWORD).toString('base64');
  const names = secrets
    .filter(({ data }) => data?.['password'] === encoded)
    .map(({ metadata }) => metadata.name);
  const deployments = await plan.list<Deployment>('apps/v1', 'deployments');
  return deployments.every(
    (deployment) =>
      names.some((name) => JSON.stringify(deployment.spec.template).includes(`"${name}"`)) &&
      isRolledOut(deployment),
  );
}

const PEPPER = secretName('pepper');

/** A key that locks no data is gone: the next one takes its place, in all servers. */
const LOST_KEY: Workload = {
  name: 'lost key',
  after: CREATE,
  act: (plan) => plan.client.delete(secretPath(plan, PEPPER)),
  reached: (plan) => waitMounted(plan, secretName('pepper', 2)),
  takesAway: [PEPPER],
};

/** In the order in which the shards take turns, so that none has all of the long ones. */
export const WORKLOADS: readonly Workload[] = [
  CREATE,
  change('scale', { server: { replicas: 3 } }),
  // Takes away the policies and the budget.
  change('open, one server', { networkPolicy: { enabled: false }, server: { replicas: 1 } }),
  change('image', { image: { repository: 'test.invalid/app', tag: '2' } }),
  SUSPEND,
  { name: 'resume', after: SUSPEND, act: patch({ suspend: false }), reached: ready },
  AKTOOLS,
  {
    name: 'Sample again',
    after: AKTOOLS,
    act: patch({ marketData: { provider: 'Sample' } }),
    reached: readyWithSource,
  },
  LOST_KEY,
  RETAIN,
  { name: 'adopt retained data', after: RETAIN, act: (plan) => plan.createObject(), reached: ready },
  DELETE,
  {
    name: 'delete, Delete',
    after: DELETE,
    begin: (plan) =>
      plan.client.patch(plan.objectPath(), {
        metadata: { annotations: { 'stockanalysis.dev/confirm-delete': OBJECT_NAME } },
      }),
    act: remove,
    reached: (plan) => goneExcept(plan, []),
    removesData: true,
  },
  EXTERNAL,
  PASSWORD,
  change('configuration', { database: { builtIn: { parameters: { work_mem: '8MB' } } } }),
];
