import { selectorOf, serverName, workerName, type Component } from '../../../naming/index.ts';
import { deploymentState } from '../../../policies/index.ts';
import {
  applicationConfig,
  serverDeployment,
  serverService,
  workerDeployment,
  workloadServiceAccounts,
  type AppMounts,
  type Target,
} from '../../../resources/index.ts';
import { fails, holds, type Verdict } from '../status.ts';
import type { Access } from './access.ts';
import type { Credentials } from './credentials.ts';
import { explain, type Outcome, type Pass } from './phase.ts';
import { kinds } from '../types.ts';
import { ensureWorkload, notePending, type Workload } from '../workload.ts';

/** Accounts and Service; they wait for nothing. */
export async function frontPhase(pass: Pass): Promise<void> {
  for (const account of workloadServiceAccounts(pass.target))
    await pass.writer.ensure(kinds.serviceAccounts, account);
  await pass.writer.ensure(kinds.services, serverService(pass.target));
}

/** Server and worker. They change only once the schema is the one that the desired image expects. */
export async function workloadsPhase(
  pass: Pass,
  access: Access,
  credentials: Credentials,
  dataSource: Verdict,
): Promise<Outcome> {
  const { target } = pass;
  const parts = partsOf(target, access, credentials);
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

/** What waits for a rollout in them says so, though it is not their turn yet. */
export async function noteWorkloads(pass: Pass, access: Access, credentials: Credentials): Promise<void> {
  for (const { workload } of partsOf(pass.target, access, credentials))
    await notePending(pass, kinds.deployments, workload);
}

interface Part {
  readonly component: Component;
  readonly workload: Workload;
}

function partsOf(target: Target, access: Access, credentials: Credentials): readonly Part[] {
  const mounts = (of: Target): AppMounts => ({
    configMap: applicationConfig(of).metadata.name,
    databaseSecret: access.appSecret,
  });
  const keyrings = {
    encryptionKeys: credentials.number('encryptionKeys'),
    sessionKeys: credentials.number('sessionKeys'),
    pepperKeys: credentials.number('pepperKeys'),
  };
  const { bootstrapSecret } = access;
  const server: Workload = {
    name: serverName(target.name),
    condition: 'WorkloadsAvailable',
    credentials: { database: access.origin, bootstrapToken: access.bootstrapOrigin, ...keyrings },
    build: (of) => serverDeployment(of, { ...mounts(of), bootstrapSecret, keyrings }),
  };
  const worker: Workload = {
    name: workerName(target.name),
    condition: 'WorkloadsAvailable',
    credentials: { database: access.origin },
    build: (of) => workerDeployment(of, mounts(of)),
  };
  return [
    { component: 'server', workload: server },
    { component: 'worker', workload: worker },
  ];
}
