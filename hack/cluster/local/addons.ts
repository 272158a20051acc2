import { stringify } from 'yaml';
import type { Kubectl } from '../../deploy/kubectl.ts';
import { statePath, type Plan } from './layout.ts';
import { COREDNS_IMAGE, PROVISIONER_IMAGE, SANDBOX_IMAGE } from './system-images.ts';

type Manifest = Record<string, unknown>;

const SECURITY = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

function account(namespace: string, name: string, rules: readonly object[]): Manifest[] {
  const api = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } },
    { apiVersion: `${api}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
    {
      apiVersion: `${api}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: api, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', namespace, name }],
    },
  ];
}

function deployment(namespace: string, name: string, pod: Manifest): Manifest {
  const labels = { 'app.kubernetes.io/name': name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
  };
}

const configMap = (namespace: string, name: string, data: Record<string, string>): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace, name },
  data,
});

// An unprivileged port inside the pod; the Service answers on 53.
const COREFILE = `.:1053 {
  errors
  health :8080
  ready :8181
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
  }
  forward . /etc/resolv.conf
  cache 10
  reload
}
`;

function dns(plan: Plan): Manifest[] {
  const namespace = 'kube-system';
  const name = 'coredns';
  const port = (protocol: string): Manifest => ({
    name: `dns-${protocol.toLowerCase()}`,
    port: 53,
    targetPort: 1053,
    protocol,
  });
  return [
    ...account(namespace, name, [
      {
        apiGroups: [''],
        resources: ['endpoints', 'services', 'pods', 'namespaces'],
        verbs: ['list', 'watch'],
      },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    ]),
    configMap(namespace, name, { Corefile: COREFILE }),
    deployment(namespace, name, {
      serviceAccountName: name,
      dnsPolicy: 'Default',
      priorityClassName: 'system-cluster-critical',
      containers: [
        {
          name,
          image: COREDNS_IMAGE,
          imagePullPolicy: 'Never',
          args: ['-conf', '/etc/coredns/Corefile'],
          securityContext: SECURITY,
          readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 2 },
          resources: { requests: { cpu: '20m', memory: '40Mi' }, limits: { memory: '200Mi' } },
          volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
        },
      ],
      volumes: [{ name: 'config', configMap: { name } }],
    }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name: 'kube-dns' },
      spec: {
        clusterIP: plan.addresses.dnsService,
        selector: { 'app.kubernetes.io/name': name },
        ports: [port('UDP'), port('TCP')],
      },
    },
  ];
}

const HELPER_POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'helper-pod' },
  spec: {
    containers: [
      {
        name: 'helper-pod',
        image: SANDBOX_IMAGE,
        imagePullPolicy: 'Never',
        securityContext: { runAsUser: 0 },
      },
    ],
  },
};

function storage(): Manifest[] {
  const namespace = 'local-path-storage';
  const name = 'local-path-provisioner';
  const paths = {
    nodePathMap: [{ node: 'DEFAULT_PATH_FOR_NON_LISTED_NODES', paths: [statePath('volumes')] }],
  };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    ...account(namespace, name, [
      {
        apiGroups: [''],
        resources: ['nodes', 'configmaps', 'pods', 'pods/log', 'persistentvolumeclaims'],
        verbs: ['get', 'list', 'watch'],
      },
      {
        apiGroups: [''],
        resources: ['persistentvolumes', 'pods', 'endpoints'],
        verbs: ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete'],
      },
      { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
      { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: ['get', 'list', 'watch'] },
    ]),
    configMap(namespace, 'local-path-config', {
      'config.json': JSON.stringify(paths),
      setup: '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\n',
      teardown: '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n',
      'helperPod.yaml': stringify(HELPER_POD),
    }),
    deployment(namespace, name, {
      serviceAccountName: name,
      containers: [
        {
          name,
          image: PROVISIONER_IMAGE,
          imagePullPolicy: 'Never',
          args: ['start', '--config', '/etc/config/config.json', '--service-account-name', name],
          env: [
            { name: 'POD_NAMESPACE', value: namespace },
            { name: 'CONFIG_MOUNT_PATH', value: '/etc/config/' },
          ],
          securityContext: SECURITY,
          resources: { requests: { cpu: '10m', memory: '30Mi' }, limits: { memory: '200Mi' } },
          volumeMounts: [{ name: 'config', mountPath: '/etc/config/' }],
        },
      ],
      volumes: [{ name: 'config', configMap: { name: 'local-path-config' } }],
    }),
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {
        name: 'standard',
        annotations: {
          'storageclass.kubernetes.io/is-default-class': 'true',
          // The kubelet tells how full volumes of this type are; of hostPath, the default, it says nothing.
          defaultVolumeType: 'local',
        },
      },
      provisioner: 'rancher.io/local-path',
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Delete',
    },
  ];
}

/** Cluster DNS and a dynamic volume provisioner with the default StorageClass `standard`. */
export async function applyAddons(kubectl: Kubectl, plan: Plan): Promise<void> {
  await kubectl.apply([...dns(plan), ...storage()].map((one) => stringify(one)).join('---\n'), [
    '--force-conflicts',
  ]);
}

export async function waitForAddons(kubectl: Kubectl): Promise<void> {
  await kubectl.run(['wait', '--for=condition=Ready', 'node', '--all', '--timeout=90s']);
  await kubectl.run(['rollout', 'status', '-n', 'kube-system', 'deployment/coredns', '--timeout=120s']);
  await kubectl.run([
    'rollout',
    'status',
    '-n',
    'local-path-storage',
    'deployment/local-path-provisioner',
    '--timeout=120s',
  ]);
}
