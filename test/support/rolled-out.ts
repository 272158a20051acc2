import type { KubeObject } from './kube-objects.ts';

export interface Deployment extends KubeObject {
  readonly spec: { readonly template: unknown };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
  };
}

/** Its pods are those of its template, and ready; none of before is left. */
export function isRolledOut({ metadata, status }: Deployment): boolean {
  return (
    status !== undefined &&
    status.observedGeneration === metadata.generation &&
    status.replicas === status.updatedReplicas &&
    status.replicas === status.readyReplicas
  );
}
