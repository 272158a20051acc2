import type { Container, Pod } from './kube-objects.ts';
import type { PodVolumes } from './pod-volumes.ts';

/** The one node. */
export const NODE_NAME = 'stub-node';

/** Its cores: a container that asks for more fits nowhere. */
const NODE_CORES = 16;

const CPU_UNITS: Readonly<Record<string, number>> = { m: 0.001, k: 1000 };

function cores(container: Container): number {
  const value = container.resources?.requests?.['cpu'] ?? '0';
  const unit = CPU_UNITS[value.slice(-1)];
  return unit === undefined ? Number(value) : Number(value.slice(0, -1)) * unit;
}

/** Why no node takes the pod, in the words of kube-scheduler; undefined where the node does. */
export async function schedulingProblem(pod: Pod, volumes: PodVolumes): Promise<string | undefined> {
  if (!(await volumes.areClaimsBound(pod))) {
    return '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.';
  }
  const isTooLarge = pod.spec.containers.some((container) => cores(container) > NODE_CORES);
  return isTooLarge ? '0/1 nodes are available: 1 Insufficient cpu.' : undefined;
}
