import { mkdirSync, writeFileSync } from 'node:fs';
import type { Pki } from '../certificates.ts';
import { toolPath } from '../go-tools.ts';
import type { ProcessTable } from '../processes.ts';
import { CGROUP, ensureCgroups } from './cgroups.ts';
import { containerdSocket, NODE_NAME, statePath, type Plan } from './layout.ts';

const writeJson = (file: string, content: object): string => {
  writeFileSync(file, JSON.stringify(content, null, 2));
  return file;
};

function kubeletConfiguration(pki: Pki, plan: Plan): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: plan.addresses.node,
    port: plan.ports.kubelet,
    readOnlyPort: 0,
    healthzBindAddress: '127.0.0.1',
    healthzPort: 10248,
    authentication: {
      x509: { clientCAFile: pki.path('ca.crt') },
      webhook: { enabled: true },
      anonymous: { enabled: false },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: pki.path('kubelet.crt'),
    tlsPrivateKeyFile: pki.path('kubelet.key'),
    clusterDomain: 'cluster.local',
    clusterDNS: [plan.addresses.dnsService],
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${CGROUP}`,
    containerRuntimeEndpoint: `unix://${containerdSocket()}`,
    failSwapOn: false,
    oomScoreAdj: 0,
    maxOpenFiles: 20_000,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    staticPodPath: '',
    volumePluginDir: statePath('kubelet', 'plugins'),
    podLogsDir: statePath('logs', 'pods'),
    logging: { verbosity: 1 },
    // Quick answers on a small machine: what changed is looked at every second.
    syncFrequency: '10s',
  };
}

export async function startKubelet(
  table: ProcessTable,
  pki: Pki,
  plan: Plan,
  apiServer: string,
): Promise<void> {
  ensureCgroups();
  mkdirSync(statePath('kubelet'), { recursive: true });
  mkdirSync(statePath('logs', 'pods'), { recursive: true });
  await pki.ensure({
    file: 'kubelet',
    subject: `/O=system:nodes/CN=system:node:${NODE_NAME}`,
    names: [NODE_NAME, plan.addresses.node],
  });
  pki.writeKubeconfig('kubelet', apiServer, statePath('kubelet.kubeconfig'));
  table.start('kubelet', await toolPath('kubelet'), [
    `--config=${writeJson(statePath('kubelet-config.json'), kubeletConfiguration(pki, plan))}`,
    `--kubeconfig=${statePath('kubelet.kubeconfig')}`,
    `--root-dir=${statePath('kubelet')}`,
    `--cert-dir=${statePath('kubelet', 'pki')}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${plan.addresses.node}`,
  ]);
}

export async function startProxy(
  table: ProcessTable,
  pki: Pki,
  plan: Plan,
  apiServer: string,
): Promise<void> {
  await pki.ensure({ file: 'kube-proxy', subject: '/CN=system:kube-proxy' });
  pki.writeKubeconfig('kube-proxy', apiServer, statePath('kube-proxy.kubeconfig'));
  table.start('kube-proxy', await toolPath('kube-proxy'), [
    `--kubeconfig=${statePath('kube-proxy.kubeconfig')}`,
    `--hostname-override=${NODE_NAME}`,
    `--cluster-cidr=${plan.addresses.podRange}`,
    '--proxy-mode=iptables',
    '--healthz-bind-address=127.0.0.1:10256',
    '--metrics-bind-address=127.0.0.1:10249',
    // The machine's own conntrack settings are left alone.
    ...[
      '--conntrack-max-per-core=0',
      '--conntrack-tcp-timeout-established=0',
      '--conntrack-tcp-timeout-close-wait=0',
    ],
  ]);
}

export async function startScheduler(table: ProcessTable, plan: Plan): Promise<void> {
  const kubeconfig = statePath('kube-scheduler.kubeconfig');
  table.start('kube-scheduler', await toolPath('kube-scheduler'), [
    ...['--kubeconfig', '--authentication-kubeconfig', '--authorization-kubeconfig'].map(
      (flag) => `${flag}=${kubeconfig}`,
    ),
    '--bind-address=127.0.0.1',
    `--secure-port=${plan.ports.scheduler}`,
    '--leader-elect=false',
  ]);
}
