/** The one node of the tier. Its Lease is renewed, or the controller-manager would evict every pod from it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from './kube-client.ts';
import { NODE_NAME } from './stub-scheduler.ts';

const RENEW_MS = 10_000;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

function nodeStatus(): unknown {
  const now = new Date().toISOString();
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
  const resources = { cpu: '16', memory: '64Gi', pods: '1000' };
  return { status: { capacity: resources, allocatable: resources, conditions: [ready] } };
}

const lease = (): { readonly spec: unknown } & Record<string, unknown> => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: NODE_NAME, namespace: 'kube-node-lease' },
  // MicroTime wants six digits behind the point.
  spec: {
    holderIdentity: NODE_NAME,
    leaseDurationSeconds: 40,
    renewTime: new Date().toISOString().replace('Z', '000Z'),
  },
});

/** Registers the node and keeps it alive until the signal is aborted. */
export async function runFakeNode(client: KubeClient, signal: AbortSignal): Promise<void> {
  await client.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE_NAME } });
  await client.patch(`/api/v1/nodes/${NODE_NAME}/status`, nodeStatus());
  await client.patch(`/api/v1/nodes/${NODE_NAME}`, { spec: { taints: null } });
  await client.create(LEASES, lease());
  void keepAlive(client, signal);
}

async function keepAlive(client: KubeClient, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(RENEW_MS, undefined, { signal, ref: false }).catch(() => undefined);
    if (!signal.aborted)
      await client.patch(`${LEASES}/${NODE_NAME}`, { spec: lease().spec }).catch(() => undefined);
  }
}
