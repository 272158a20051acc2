/** Pod statuses as a kubelet writes them: the few that the controllers and the operator look at. */
import type { Container, Pod } from './kube-objects.ts';

type Status = Readonly<Record<string, unknown>>;

const condition = (type: string, status: 'True' | 'False', reason?: string, message?: string): Status => ({
  type,
  status,
  lastTransitionTime: new Date().toISOString(),
  ...(reason === undefined ? {} : { reason }),
  ...(message === undefined ? {} : { message }),
});

function containerStatus(container: Container, ready: boolean, state: Status, more: Status = {}): Status {
  const imageID = ready ? `${container.image}@sha256:${'0'.repeat(64)}` : '';
  return {
    name: container.name,
    image: container.image,
    imageID,
    ready,
    restartCount: 0,
    started: ready,
    state,
    ...more,
  };
}

const ended = (exitCode: number, message: string): Status => ({
  terminated: {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    message,
    startedAt: new Date().toISOString(),
    finishedAt: new Date().toISOString(),
  },
});

function conditions(initialized: boolean, ready: boolean, reason?: string): Status[] {
  return [
    condition('PodScheduled', 'True'),
    condition('Initialized', initialized ? 'True' : 'False'),
    condition('ContainersReady', ready ? 'True' : 'False', reason),
    condition('Ready', ready ? 'True' : 'False', reason),
  ];
}

const completedInits = (pod: Pod): Status[] =>
  (pod.spec.initContainers ?? []).map((container) =>
    containerStatus(container, true, ended(0, ''), { started: false }),
  );

/** No node takes the pod. */
export function unschedulable(message: string): Status {
  return { phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'Unschedulable', message)] };
}

/**
 * Reason and message for an image that cannot be had. A kubelet says ErrImagePull after each try and ImagePullBackOff in
 * between, for ever; a name with capitals in its repository is none at all.
 */
export function pullFailure(image: string, turn: number): readonly [reason: string, message: string] {
  const repository = image.slice(0, image.lastIndexOf(':'));
  if (repository !== repository.toLowerCase())
    return ['InvalidImageName', `couldn't parse image name "${image}": repository name must be lowercase`];
  const cause = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": not found`;
  return turn % 2 === 0
    ? ['ErrImagePull', cause]
    : ['ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${cause}`];
}

/** Volumes or network are not there yet: no container has begun, and the status does not say what is missing. */
export function preparing(pod: Pod): Status {
  const inits = pod.spec.initContainers ?? [];
  const state = { waiting: { reason: inits.length > 0 ? 'PodInitializing' : 'ContainerCreating' } };
  const statusOf = (list: readonly Container[]): Status[] =>
    list.map((container) => containerStatus(container, false, state));
  return {
    phase: 'Pending',
    startTime: new Date().toISOString(),
    conditions: conditions(false, false, 'ContainersNotReady'),
    initContainerStatuses: statusOf(inits),
    containerStatuses: statusOf(pod.spec.containers),
  };
}

/** The containers cannot be created yet; `containers` are those that say why. */
export function waiting(pod: Pod, containers: readonly Container[], reason: string, message: string): Status {
  const state = (container: Container): Status =>
    containers.includes(container)
      ? { waiting: { reason, message } }
      : { waiting: { reason: 'PodInitializing' } };
  const inits = pod.spec.initContainers ?? [];
  const statusOf = (list: readonly Container[]): Status[] =>
    list.map((container) => containerStatus(container, false, state(container)));
  return {
    phase: 'Pending',
    startTime: new Date().toISOString(),
    conditions: conditions(false, false, 'ContainersNotReady'),
    initContainerStatuses: containers.some((container) => inits.includes(container))
      ? statusOf(inits)
      : completedInits(pod),
    containerStatuses: statusOf(pod.spec.containers),
  };
}

export function running(pod: Pod, ready: boolean): Status {
  const state = { running: { startedAt: new Date().toISOString() } };
  return {
    phase: 'Running',
    startTime: new Date().toISOString(),
    podIP: '10.244.0.1',
    podIPs: [{ ip: '10.244.0.1' }],
    conditions: conditions(true, ready, ready ? undefined : 'ContainersNotReady'),
    initContainerStatuses: completedInits(pod),
    containerStatuses: pod.spec.containers.map((container) =>
      containerStatus(container, ready, state, { started: true }),
    ),
  };
}

/** Ends again and again. */
export function crashLooping(pod: Pod, exitCode: number, message: string): Status {
  const state = {
    waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' },
  };
  const more = { lastState: ended(exitCode, message), restartCount: 3, started: false };
  return {
    phase: 'Running',
    startTime: new Date().toISOString(),
    conditions: conditions(true, false, 'ContainersNotReady'),
    initContainerStatuses: completedInits(pod),
    containerStatuses: pod.spec.containers.map((container) => containerStatus(container, false, state, more)),
  };
}

/** A pod that runs to an end, as those of Jobs do. */
export function finished(pod: Pod, exitCode: number, message: string): Status {
  return {
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    startTime: new Date().toISOString(),
    conditions: conditions(true, false, exitCode === 0 ? 'PodCompleted' : 'PodFailed'),
    initContainerStatuses: completedInits(pod),
    containerStatuses: pod.spec.containers.map((container) =>
      containerStatus(container, false, ended(exitCode, message)),
    ),
  };
}
