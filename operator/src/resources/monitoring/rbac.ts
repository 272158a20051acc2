import { MANAGE, type RbacRule } from '../manifest.ts';

/** Of a group that the cluster may not serve, where they grant nothing. */
export const MONITORING_RULES: readonly RbacRule[] = [
  {
    apiGroups: ['monitoring.coreos.com'],
    resources: ['prometheusrules', 'podmonitors'],
    verbs: MANAGE,
    why: 'alert rules and scraping of each object, where the cluster has prometheus-operator',
  },
];
