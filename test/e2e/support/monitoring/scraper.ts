import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { stringify } from 'yaml';
import { kubectl } from '../world.ts';
import {
  kubeletJob,
  podMonitorJobs,
  serviceMonitorJobs,
  type FileOf,
  type ScrapeJob,
} from './scrape-jobs.ts';

const NAME = 'stock-analysis-e2e-prometheus';
const RBAC = 'rbac.authorization.k8s.io';
const RULES = [{ apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] }];

interface RuleView {
  readonly spec: { readonly groups: readonly { readonly name: string }[] };
}

/** Makes the account that Prometheus asks the kubelet with. @returns a file with its token, in `folder` */
async function makeAccount(folder: string, namespace: string): Promise<string> {
  const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name: NAME };
  const subjects = [{ kind: 'ServiceAccount', name: NAME, namespace }];
  const metadata = { name: NAME };
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace } },
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata, rules: RULES },
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata, roleRef, subjects },
  ];
  await kubectl().apply(objects.map((one) => stringify(one)).join('---\n'));
  const token = await kubectl().run(['create', 'token', NAME, '-n', namespace, '--duration=1h']);
  const file = join(folder, 'token');
  writeFileSync(file, token.trim(), { mode: 0o600 });
  return file;
}

export async function removeAccount(): Promise<void> {
  for (const kind of ['clusterrolebinding', 'clusterrole'])
    await kubectl().run(['delete', kind, NAME, '--ignore-not-found']);
}

/**
 * What one object and the operator want to be watched by: the scrape jobs of their monitors and the groups of their rules,
 * as the API server has them.
 * @param folder for the token
 */
export async function wantedOf(
  object: string,
  operator: string,
  folder: string,
  fileOf: FileOf,
): Promise<{ readonly jobs: readonly ScrapeJob[]; readonly groups: RuleView['spec']['groups'] }> {
  const namespace = inject('namespace');
  const get = <T>(kind: string, name: string): Promise<T> => kubectl().get<T>([kind, name, '-n', namespace]);
  const token = await makeAccount(folder, namespace);
  const jobs = [
    ...podMonitorJobs(await get('podmonitor', `${object}-pods`), fileOf),
    ...serviceMonitorJobs(await get('servicemonitor', operator), fileOf),
    kubeletJob(fileOf, token),
  ];
  const rules = [
    await get<RuleView>('prometheusrule', `${object}-alerts`),
    await get<RuleView>('prometheusrule', operator),
  ];
  // Two objects may call a group the same; prometheus-operator gives each of them a file.
  const groups = rules.flatMap(({ spec }, index) =>
    spec.groups.map((one) => ({ ...one, name: `${index} ${one.name}` })),
  );
  return { jobs, groups };
}
