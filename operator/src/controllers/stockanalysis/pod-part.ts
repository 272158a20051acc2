import type { KubeObject } from '../../kube/index.ts';
import type { LivePod } from '../../policies/index.ts';

type Pod = LivePod & KubeObject;

/**
 * What is read of a pod, for the cache: there are several for each object, and most of one is a template that the cache
 * holds already. Labels and status stay as they are.
 */
export function readPartOfPod(pod: Pod): Pod {
  const { annotations: _annotations, ownerReferences: _owners, ...metadata } = pod.metadata;
  const { volumes = [], containers = [] } = pod.spec ?? {};
  const spec = {
    volumes: volumes
      .filter(({ secret, configMap }) => secret !== undefined || configMap !== undefined)
      .map(({ name, secret, configMap }) => ({
        name,
        ...(secret ? { secret } : {}),
        ...(configMap ? { configMap } : {}),
      })),
    containers: containers.map(({ name, image }) => ({ name, ...(image === undefined ? {} : { image }) })),
  };
  return { ...pod, metadata, spec };
}
