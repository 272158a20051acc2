import type { KubeObject, ResourceType } from '../../kube/index.ts';
import { LABEL } from '../../naming/index.ts';
import { LOG_COMPONENTS, type LogComponent, type Origin } from './entry.ts';

interface ContainerState {
  readonly running?: object;
  readonly terminated?: object;
  readonly waiting?: { readonly reason?: string; readonly message?: string };
}

interface ContainerStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly containerID?: string;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface Pod extends KubeObject {
  readonly spec?: {
    readonly containers?: readonly { readonly name: string }[];
    readonly initContainers?: readonly { readonly name: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export const PODS: ResourceType<Pod> = {
  group: '',
  version: 'v1',
  plural: 'pods',
  kind: 'Pod',
  namespaced: true,
};

/** What can be read of one container now. */
export interface ContainerView {
  readonly restarts: number;
  /** The kubelet has a log of it, be it of one that has ended. */
  readonly hasLog: boolean;
  readonly isRunning: boolean;
  /** The log of the instance before this one may still be there. */
  readonly hasPrevious: boolean;
  /** Why there is no log yet. */
  readonly waitsFor: string;
}

export function viewOf(pod: Pod, container: string): ContainerView {
  const { containerStatuses = [], initContainerStatuses = [], phase = 'Pending' } = pod.status ?? {};
  const status = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container);
  const restarts = status?.restartCount ?? 0;
  const isRunning = status?.state?.running !== undefined;
  const hasEnded = status?.state?.terminated !== undefined;
  const hasPrevious = status?.lastState?.terminated !== undefined;
  return {
    restarts,
    hasLog: isRunning || hasEnded || hasPrevious,
    isRunning,
    hasPrevious,
    waitsFor: status?.state?.waiting?.reason ?? phase,
  };
}

/** Every container of a pod, in the order in which they start. */
export function originsOf(pod: Pod, component: LogComponent): readonly Origin[] {
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  const { namespace = '', name } = pod.metadata;
  return [...initContainers, ...containers].map((container) => ({
    component,
    namespace,
    pod: name,
    container: container.name,
  }));
}

/** By the label that operator and chart put on their pods. */
export function componentOf({ metadata }: Pod): LogComponent | undefined {
  const label = metadata.labels?.[LABEL.component];
  return LOG_COMPONENTS.find((component) => component === label);
}

export const keyOfOrigin = ({ namespace, pod, container }: Origin): string =>
  `${namespace}/${pod}/${container}`;
