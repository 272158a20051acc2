/**
 * How tools that know nothing of our kind judge an object: the rules that kstatus publishes for custom resources, in
 * its order. `helm --wait`, Flux and Argo's health checks go by them.
 */
import type { StockAnalysis } from './kube-objects.ts';

export type Kstatus = 'Terminating' | 'InProgress' | 'Failed' | 'Current';

export function kstatusOf({ metadata, status }: StockAnalysis): Kstatus {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  const { observedGeneration } = status ?? {};
  if (observedGeneration !== undefined && observedGeneration !== metadata.generation) return 'InProgress';
  const statusOf = (type: string): string | undefined =>
    status?.conditions?.find((condition) => condition.type === type)?.status;
  if (statusOf('Reconciling') === 'True') return 'InProgress';
  if (statusOf('Stalled') === 'True') return 'Failed';
  // What has no Ready is as it should be as far as anybody can tell.
  const ready = statusOf('Ready');
  return ready === undefined || ready === 'True' ? 'Current' : 'InProgress';
}
