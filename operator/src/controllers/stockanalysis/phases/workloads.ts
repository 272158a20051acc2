import { selectorOf, serverName, workerName } from '../../../naming/index.ts';
import { deploymentState, type LiveDeployment, type WorkloadState } from '../../../policies/index.ts';
import {
  applicationConfig,
  serverDeployment,
  serverService,
  workerDeployment,
  workloadServiceAccounts,
  type AppMounts,
  type Target,
} from '../../../resources/index.ts';
import { fails, holds } from '../status.ts';
import type { Access } from './access.ts';
import type { Credentials } from './credentials.ts';
import type { Outcome, Pass } from './phase.ts';
import { kinds } from '../types.ts';
import { ensureWorkload } from '../workload.ts';

/** Accounts and Service; they wait for nothing. */
export async function frontPhase(pass: Pass): Promise<void> {
  for (const account of workloadServiceAccounts(pass.target))
    await pass.writer.ensure(kinds.serviceAccounts, account);
  await pass.writer.ensure(kinds.services, serverService(pass.target));
}

/** Server and worker. They change only once the schema is the one that the desired image expects. */
export async function workloadsPhase(pass: Pass, access: Access, credentials: Credentials): Promise<Outcome> {
  const { target } = pass;
  const mounts = (of: Target): AppMounts => ({
    configMap: applicationConfig(of).metadata.name,
    databaseSecret: access.appSecret,
  });
  const bootstrap = credentials.number('bootstrap');
  const server = await ensureWorkload(pass, kinds.deployments, {
    name: serverName(target.name),
    condition: 'WorkloadsAvailable',
    credentials: { database: access.origin, bootstrap },
    build: (of) => serverDeployment(of, mounts(of), bootstrap),
  });
  const worker = await ensureWorkload(pass, kinds.deployments, {
    name: workerName(target.name),
    condition: 'WorkloadsAvailable',
    credentials: { database: access.origin },
    build: (of) => workerDeployment(of, mounts(of)),
  });
  const states = [
    stateOf(pass, server, serverName(target.name), 'server'),
    stateOf(pass, worker, workerName(target.name), 'worker'),
  ];
  const pending = states.find((state) => !state.done);
  if (pending && !pending.done) return { verdict: fails(pending.finding) };
  const { server: wantedServers, worker: wantedWorkers } = target.spec;
  return {
    verdict: holds(`Available: server ${wantedServers.replicas}, worker ${wantedWorkers.replicas}`),
  };
}

function stateOf(
  pass: Pass,
  live: LiveDeployment,
  name: string,
  component: 'server' | 'worker',
): WorkloadState {
  return deploymentState(live, name, pass.children.podsOf(selectorOf(pass.target.name, component)));
}
