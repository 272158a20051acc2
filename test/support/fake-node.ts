/** The one node of the tier. Nothing judges whether it is alive, so it has no Lease. */
import type { KubeClient } from './kube-client.ts';
import { NODE_NAME } from './stub-scheduler.ts';

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

export async function registerNode(client: KubeClient): Promise<void> {
  await client.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE_NAME } });
  await client.patch(`/api/v1/nodes/${NODE_NAME}/status`, nodeStatus());
  await client.patch(`/api/v1/nodes/${NODE_NAME}`, { spec: { taints: null } });
}
