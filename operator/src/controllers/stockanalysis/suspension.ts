import { aktoolsName, postgresName, serverName, workerName } from '../../naming/index.ts';
import type { ResourceType } from '../../kube/index.ts';
import type { LiveDeployment, LiveStatefulSet } from '../../policies/index.ts';
import type { KubeObject } from '../../kube/index.ts';
import { removeRunningJobs, runningPods } from './stopping.ts';
import { fails, type Verdict } from './status.ts';
import { runPhase, type Outcome, type Pass } from './phases/phase.ts';
import { kinds } from './types.ts';

type Scalable = (LiveDeployment | LiveStatefulSet) & KubeObject;

/**
 * Stops what runs, the application before its database, and touches nothing else: it needs neither a valid image nor a
 * complete Secret, so that whatever is broken can be suspended.
 */
export function suspensionPhase(pass: Pass): Promise<Outcome> {
  return runPhase('suspension', pass, async () => ({ verdict: await suspend(pass) }));
}

async function suspend(pass: Pass): Promise<Verdict> {
  const { name } = pass.target;
  await scaleToZero(pass, kinds.deployments, serverName(name));
  await scaleToZero(pass, kinds.deployments, workerName(name));
  await scaleToZero(pass, kinds.deployments, aktoolsName(name));
  await removeRunningJobs(pass.children, pass.writer);
  const application = runningPods(pass.children, name, ['server', 'worker', 'aktools', 'migrate']);
  if (application.length > 0) return stopping(application);
  await scaleToZero(pass, kinds.statefulSets, postgresName(name));
  const database = runningPods(pass.children, name, ['postgres']);
  if (database.length > 0) return stopping(database);
  return fails({
    reason: 'Suspended',
    message: 'spec.suspend holds: nothing runs, volume and credentials are kept',
  });
}

const stopping = (pods: readonly string[]): Verdict =>
  fails({
    reason: 'Progressing',
    message: `spec.suspend holds: waits until the pods ${pods.join(', ')} have ended`,
  });

async function scaleToZero(pass: Pass, type: ResourceType, name: string): Promise<void> {
  const live = pass.children.get(type as ResourceType<Scalable>, name);
  if (live && pass.writer.owns(live) && live.spec?.replicas !== 0) await pass.writer.scale(type, live, 0);
}

/** Whether what serves was stopped: it comes back only after its database has. */
export function isStopped(pass: Pass): boolean {
  return pass.children.get(kinds.deployments, serverName(pass.target.name))?.spec?.replicas === 0;
}
