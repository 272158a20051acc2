import type { KubeObject } from '../../kube/index.ts';
import type { LivePod, LiveVolume } from '../../policies/index.ts';

type Pod = LivePod & KubeObject;
type LiveContainer = NonNullable<NonNullable<LivePod['spec']>['containers']>[number];

/**
 * What is read of a pod, for the cache: there are several for each object, and most of one is a template that the cache
 * holds already. Labels and status stay as they are.
 */
export function readPartOfPod(pod: Pod): Pod {
  const { annotations: _annotations, ownerReferences: _owners, ...metadata } = pod.metadata;
  const { volumes = [], containers = [] } = pod.spec ?? {};
  const spec = { volumes: volumes.filter(namesAnother), containers: containers.map(nameAndImage) };
  return { ...pod, metadata, spec };
}

const namesAnother = ({ secret, configMap }: LiveVolume): boolean =>
  secret !== undefined || configMap !== undefined;

const nameAndImage = ({ name, image }: LiveContainer): LiveContainer =>
  image === undefined ? { name } : { name, image };
