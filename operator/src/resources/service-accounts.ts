import {
  aktoolsName,
  migrateName,
  postgresName,
  serverName,
  workerName,
  type Component,
} from '../naming/index.ts';
import { MANAGE, ownedMetadata, type Manifest, type RbacRule, type Target } from './manifest.ts';

export const SERVICE_ACCOUNT_RULES: readonly RbacRule[] = [
  {
    apiGroups: [''],
    resources: ['serviceaccounts'],
    verbs: MANAGE,
    why: 'one account without rights per workload',
  },
];

function serviceAccount(target: Target, name: string, component: Component): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: ownedMetadata(target, name, component),
    automountServiceAccountToken: false,
  };
}

export function postgresServiceAccount(target: Target): Manifest {
  return serviceAccount(target, postgresName(target.name), 'postgres');
}

export function aktoolsServiceAccount(target: Target): Manifest {
  return serviceAccount(target, aktoolsName(target.name), 'aktools');
}

export function migrateServiceAccount(target: Target): Manifest {
  return serviceAccount(target, migrateName(target.name), 'migrate');
}

export function workloadServiceAccounts(target: Target): Manifest[] {
  return [
    serviceAccount(target, serverName(target.name), 'server'),
    serviceAccount(target, workerName(target.name), 'worker'),
  ];
}
