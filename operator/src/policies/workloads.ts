import { eventFinding } from './events.ts';
import {
  conditionOf,
  excerpt,
  type Finding,
  type LiveDeployment,
  type LiveEvent,
  type LiveObject,
  type LivePod,
  type LiveStatefulSet,
} from './live.ts';
import { controllerOf, leftAlone } from './ownership.ts';
import { podFinding } from './pods.ts';

/** State of one workload: `done` when every replica runs the desired template and is available. */
export type WorkloadState = { readonly done: true } | { readonly done: false; readonly finding: Finding };

const pending = (finding: Finding): WorkloadState => ({ done: false, finding });

/** Judges a Deployment as `kubectl rollout status` does, and says what its pods wait for. */
export function deploymentState(
  live: LiveDeployment | undefined,
  name: string,
  pods: readonly LivePod[],
): WorkloadState {
  if (!live) return pending({ reason: 'Progressing', message: `Deployment ${name} is not created yet` });
  const { status } = live;
  const desired = live.spec?.replicas ?? 1;
  const updated = status?.updatedReplicas ?? 0;
  const available = status?.availableReplicas ?? 0;
  const observed = (status?.observedGeneration ?? 0) >= (live.metadata.generation ?? 0);
  if (observed && updated === desired && available === desired && (status?.replicas ?? 0) === desired)
    return { done: true };
  const refused = observed ? replicaFailure(live, name) : undefined;
  const finding = refused ?? podFinding(pods);
  if (finding) return pending(finding);
  const former = (status?.replicas ?? 0) - updated;
  const counts = `${updated} of ${desired} pods updated, ${available} available${former > 0 ? `, ${former} former ones still there` : ''}`;
  return pending({ reason: 'Progressing', message: `Deployment ${name}: ${counts}` });
}

/** The ReplicaSet controller reports pods that it may not create in this condition. */
function replicaFailure(live: LiveDeployment, name: string): Finding | undefined {
  const failure = conditionOf(live.status?.conditions, 'ReplicaFailure');
  if (failure?.status !== 'True') return undefined;
  const event = {
    metadata: live.metadata,
    type: 'Warning',
    reason: failure.reason ?? '',
    message: failure.message ?? '',
  };
  return (
    eventFinding(`Deployment ${name}`, [event]) ?? {
      reason: 'PodCreationFailed',
      message: excerpt(failure.message),
    }
  );
}

/**
 * Whether the controller has none of the pods that it should have: it may not make one, or another pod has the name,
 * which it passes over in silence.
 */
export function lacksPod({ spec, status }: LiveStatefulSet): boolean {
  return (spec?.replicas ?? 1) > 0 && (status?.replicas ?? 0) === 0;
}

/** The pod that stands where the StatefulSet wants its own. */
export function podInTheWay(statefulSet: LiveObject, pod: LiveObject | undefined): Finding | undefined {
  if (!pod || pod.metadata.deletionTimestamp !== undefined) return undefined;
  if (controllerOf(pod)?.uid === statefulSet.metadata.uid) return undefined;
  return { reason: 'Conflict', message: leftAlone(`Pod ${pod.metadata.name}`, pod) };
}

/** Judges a StatefulSet of one replica. A StatefulSet has no failure condition, so its Events speak for it. */
export function statefulSetState(
  live: LiveStatefulSet | undefined,
  name: string,
  pods: readonly LivePod[],
  events: readonly LiveEvent[],
): WorkloadState {
  if (!live) return pending({ reason: 'Progressing', message: `StatefulSet ${name} is not created yet` });
  const { status } = live;
  const desired = live.spec?.replicas ?? 1;
  const observed = (status?.observedGeneration ?? 0) >= (live.metadata.generation ?? 0);
  const current =
    status?.updateRevision === undefined ||
    status.currentRevision === status.updateRevision ||
    status.updatedReplicas === desired;
  if (observed && current && (status?.readyReplicas ?? 0) === desired) return { done: true };
  const finding =
    podFinding(pods) ?? (pods.length === 0 ? eventFinding(`StatefulSet ${name}`, events) : undefined);
  if (finding) return pending(finding);
  return pending({
    reason: 'Progressing',
    message: `StatefulSet ${name}: ${status?.readyReplicas ?? 0} of ${desired} pods ready`,
  });
}
