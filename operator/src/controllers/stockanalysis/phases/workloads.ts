import { selectorOf, serverName, workerName, type Component } from '../../../naming/index.ts';
import { deploymentState } from '../../../policies/index.ts';
import {
  needsDisruptionBudget,
  serverConfig,
  serverDeployment,
  serverDisruptionBudget,
  serverNetworkPolicy,
  serverService,
  workerConfig,
  workerDeployment,
  workerNetworkPolicy,
  workloadServiceAccounts,
  type Notifications,
  type Target,
  type Tracing,
} from '../../../resources/index.ts';
import { fails, holds, type Verdict } from '../status.ts';
import type { Access } from './access.ts';
import type { Credentials } from './credentials.ts';
import { ChildError } from '../child-errors.ts';
import { ensureNetworkPolicy } from './network.ts';
import { explain, type Outcome, type Pass } from './phase.ts';
import { kinds } from '../types.ts';
import { ensureWorkload, notePending, type Workload } from '../workload.ts';

/** What leaves the pods of the application for somewhere else. */
export interface Sent {
  readonly notifications: Notifications;
  readonly tracing: Tracing;
}

/** What the pods of the application are made of, besides the spec. */
export interface Ingredients extends Sent {
  readonly access: Access;
  readonly credentials: Credentials;
}

/** Accounts and Service; they wait for nothing. */
export async function frontPhase(pass: Pass): Promise<void> {
  for (const account of workloadServiceAccounts(pass.target))
    await pass.writer.ensure(kinds.serviceAccounts, account);
  await pass.writer.ensure(kinds.services, serverService(pass.target));
}

/** Server and worker. They change only once the schema is the one that the desired image expects. */
export async function workloadsPhase(
  pass: Pass,
  ingredients: Ingredients,
  dataSource: Verdict,
): Promise<Outcome> {
  const { target } = pass;
  const parts = partsOf(target, ingredients);
  await ensureSurroundings(pass, parts, ingredients);
  const states = [];
  for (const { component, workload } of parts) {
    const live = await ensureWorkload(pass, kinds.deployments, workload);
    const pods = pass.children.podsOf(selectorOf(target.name, component));
    states.push({ pods, state: deploymentState(live, workload.name, pods) });
  }
  for (const { pods, state } of states)
    if (!state.done) return { verdict: fails(await explain(pass, state.finding, pods)) };
  const { server: wantedServers, worker: wantedWorkers } = target.spec;
  const available = `Available: server ${wantedServers.replicas}, worker ${wantedWorkers.replicas}`;
  const lacking = dataSource.status === 'True' ? '' : '; the data source is not, see DataSourceAvailable';
  return { verdict: holds(`${available}${lacking}`) };
}

/**
 * What holds for the pods from their first moment on. It changes when they do and not before: those that still run with an
 * earlier configuration, because something is in the way of the new one, need their ways out.
 * @throws ChildError where one cannot be made; what waits for a rollout is noted by then
 */
async function ensureSurroundings(
  pass: Pass,
  parts: readonly Part[],
  { notifications, tracing }: Sent,
): Promise<void> {
  const { target, writer } = pass;
  try {
    await ensureNetworkPolicy(pass, serverNetworkPolicy(target, tracing.ports));
    await ensureNetworkPolicy(pass, workerNetworkPolicy(target, portsOf(notifications, tracing)));
    if (needsDisruptionBudget(target.spec))
      await writer.ensure(kinds.podDisruptionBudgets, serverDisruptionBudget(target));
  } catch (error) {
    if (error instanceof ChildError) await noteParts(pass, parts);
    throw error;
  }
}

const portsOf = (...sent: readonly { readonly ports: readonly number[] }[]): readonly number[] =>
  [...new Set(sent.flatMap(({ ports }) => ports))].toSorted((a, b) => a - b);

/** What waits for a rollout in them says so, though it is not their turn yet. */
export async function noteWorkloads(pass: Pass, ingredients: Ingredients): Promise<void> {
  await noteParts(pass, partsOf(pass.target, ingredients));
}

async function noteParts(pass: Pass, parts: readonly Part[]): Promise<void> {
  for (const { workload } of parts) await notePending(pass, kinds.deployments, workload);
}

interface Part {
  readonly component: Component;
  readonly workload: Workload;
}

function partsOf(target: Target, ingredients: Ingredients): readonly Part[] {
  const { access, credentials, notifications, tracing } = ingredients;
  const common = { databaseSecret: access.appSecret, tracingSecret: tracing.secret?.metadata.name };
  const keyrings = {
    encryptionKeys: credentials.number('encryptionKeys'),
    sessionKeys: credentials.number('sessionKeys'),
    pepperKeys: credentials.number('pepperKeys'),
  };
  const { bootstrapSecret } = access;
  const server: Workload = {
    name: serverName(target.name),
    condition: 'WorkloadsAvailable',
    credentials: {
      database: access.origin,
      bootstrapToken: access.bootstrapOrigin,
      tracing: tracing.origin,
      ...keyrings,
    },
    build: (of) => {
      const configMap = serverConfig(of, tracing).metadata.name;
      return serverDeployment(of, { ...common, configMap, bootstrapSecret, keyrings });
    },
  };
  const worker: Workload = {
    name: workerName(target.name),
    condition: 'WorkloadsAvailable',
    // Also where nothing is sent: a credential that only one of two operators knows counts as unchanged.
    credentials: {
      database: access.origin,
      notifications: notifications.origin,
      tracing: tracing.origin,
    },
    build: (of) =>
      workerDeployment(of, {
        ...common,
        configMap: workerConfig(of, notifications, tracing).metadata.name,
        notificationsSecret: notifications.secret?.metadata.name,
      }),
  };
  return [
    { component: 'server', workload: server },
    { component: 'worker', workload: worker },
  ];
}
