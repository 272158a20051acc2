import type { StockAnalysisSpec } from '../api/index.ts';
import { selectorOf, serverName } from '../naming/index.ts';
import { MANAGE, ownedMetadata, type Manifest, type RbacRule, type Target } from './manifest.ts';

export const DISRUPTION_BUDGET_RULES: readonly RbacRule[] = [
  {
    apiGroups: ['policy'],
    resources: ['poddisruptionbudgets'],
    verbs: MANAGE,
    why: 'drains of nodes take one server at a time',
  },
];

/** With one server there is nothing to spread a drain over, and no budget may stand in its way. */
export const needsDisruptionBudget = ({ server }: StockAnalysisSpec): boolean => server.replicas > 1;

/** Drains take one server at a time. One that is not ready serves nobody: it holds up no drain, however few are left. */
export function serverDisruptionBudget(target: Target): Manifest {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: ownedMetadata(target, serverName(target.name), 'server'),
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: selectorOf(target.name, 'server') },
    },
  };
}
