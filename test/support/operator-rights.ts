/** What an operator may do in a namespace, and the proxy that makes it the account that may. */
import { FaultProxy } from './fault-proxy.ts';
import type { KubeClient } from './kube-client.ts';
import type { Tier } from './plan.ts';
import { operatorRules } from './role-rules.ts';
import { eventually } from './wait.ts';

/** Of the operator; its Lease has the same name. */
export const SERVICE_ACCOUNT = 'stock-analysis-operator';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** ServiceAccount, Role and RoleBinding of an operator that serves the namespace it runs in. */
export async function grantRole(client: KubeClient, namespace: string): Promise<void> {
  const metadata = { name: SERVICE_ACCOUNT, namespace };
  await client.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata });
  await client.create(`${RBAC}/namespaces/${namespace}/roles`, { metadata, rules: operatorRules() });
  await client.create(`${RBAC}/namespaces/${namespace}/rolebindings`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: SERVICE_ACCOUNT },
    subjects: [{ kind: 'ServiceAccount', name: SERVICE_ACCOUNT, namespace }],
  });
}

/** The API server's authorizer learns of a new binding by a watch of its own, some milliseconds later. */
export async function waitForRole(client: KubeClient, namespace: string): Promise<void> {
  const review = {
    user: `system:serviceaccount:${namespace}:${SERVICE_ACCOUNT}`,
    resourceAttributes: { namespace, verb: 'list', group: 'stockanalysis.dev', resource: 'stockanalyses' },
  };
  const reviews = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  await eventually({ what: `the Role in ${namespace}`, timeoutMs: 20_000, intervalMs: 20 }, async () => {
    const { status } = await client.create<{ status: { allowed: boolean } }>(reviews, { spec: review });
    return status.allowed || undefined;
  });
}

/** A proxy that makes its operator the ServiceAccount of the namespace. */
export function startProxy(tier: Tier, client: KubeClient, namespace: string): Promise<FaultProxy> {
  return FaultProxy.start({
    upstream: client,
    tls: tier.proxyTLS,
    impersonate: {
      user: `system:serviceaccount:${namespace}:${SERVICE_ACCOUNT}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    },
  });
}
