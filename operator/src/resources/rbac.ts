import { GROUP, PLURAL } from '../naming/index.ts';
import { CONFIG_MAP_RULES } from './configuration.ts';
import { SECRET_RULES } from './credentials.ts';
import { DISRUPTION_BUDGET_RULES } from './disruption-budget.ts';
import type { RbacRule } from './manifest.ts';
import { JOB_RULES } from './migrate.ts';
import { MONITORING_RULES } from './monitoring/index.ts';
import { NETWORK_POLICY_RULES } from './network-policies.ts';
import { POSTGRES_RULES } from './postgres.ts';
import { DEPLOYMENT_RULES, SERVICE_RULES } from './server.ts';
import { SERVICE_ACCOUNT_RULES } from './service-accounts.ts';

const PRIMARY_RULES: readonly RbacRule[] = [
  {
    apiGroups: [GROUP],
    resources: [PLURAL],
    verbs: ['get', 'list', 'watch', 'patch'],
    why: 'the objects themselves; get before a child that was there is made again or adopted, patch for the finalizer only',
  },
  { apiGroups: [GROUP], resources: [`${PLURAL}/status`], verbs: ['patch'], why: 'their status' },
];

const OBSERVE_RULES: readonly RbacRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'], why: 'why a workload is not available' },
  {
    apiGroups: [''],
    resources: ['events'],
    verbs: ['list'],
    why: 'why a volume is pending, or a pod not created or not started',
  },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'], why: 'our own Events' },
];

/** Rules in every namespace whose objects the operator serves. Nothing cluster-scoped, no wildcard, no exec. */
export const WATCHED_NAMESPACE_RULES: readonly RbacRule[] = [
  ...PRIMARY_RULES,
  ...OBSERVE_RULES,
  ...SECRET_RULES,
  ...CONFIG_MAP_RULES,
  ...SERVICE_ACCOUNT_RULES,
  ...SERVICE_RULES,
  ...POSTGRES_RULES,
  ...DEPLOYMENT_RULES,
  ...JOB_RULES,
  ...NETWORK_POLICY_RULES,
  ...DISRUPTION_BUDGET_RULES,
  ...MONITORING_RULES,
];

/** Rules in the namespace of the operator itself. */
export const OWN_NAMESPACE_RULES: readonly RbacRule[] = [
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['get', 'watch', 'create', 'update'],
    why: 'leader election',
  },
];
