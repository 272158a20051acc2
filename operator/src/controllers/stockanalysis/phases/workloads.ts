import { selectorOf, serverName, workerName } from '../../../naming/index.ts';
import { deploymentState, type LiveDeployment, type WorkloadState } from '../../../policies/index.ts';
import {
  serverDeployment,
  serverService,
  workerDeployment,
  workloadServiceAccounts,
} from '../../../resources/index.ts';
import { fails, holds } from '../status.ts';
import type { Access } from './access.ts';
import type { Credentials } from './credentials.ts';
import type { Outcome, Pass } from './phase.ts';
import { kinds } from '../types.ts';

/** Accounts and Service; they wait for nothing. */
export async function frontPhase(pass: Pass): Promise<void> {
  for (const account of workloadServiceAccounts(pass.target))
    await pass.writer.ensure(kinds.serviceAccounts, account);
  await pass.writer.ensure(kinds.services, serverService(pass.target));
}

/** Server and worker. They change only once the schema is the one that the desired image expects. */
export async function workloadsPhase(pass: Pass, access: Access, credentials: Credentials): Promise<Outcome> {
  const { target, writer } = pass;
  const mounts = { configMap: access.configMap, databaseSecret: access.appSecret };
  const server = await writer.ensure(
    kinds.deployments,
    serverDeployment(target, mounts, credentials.number('bootstrap')),
  );
  const worker = await writer.ensure(kinds.deployments, workerDeployment(target, mounts));
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
