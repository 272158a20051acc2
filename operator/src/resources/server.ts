import {
  KEYRING,
  KEYRING_PURPOSES,
  PATH,
  PORT,
  credentialName,
  selectorOf,
  serverName,
  serviceName,
  type KeyringPurpose,
} from '../naming/index.ts';
import { APP_PROBES, ROLLING_UPDATE, appEnv, appVolumes, type AppMounts } from './app-pod.ts';
import { COMPUTE, computeOf } from './compute.ts';
import { MANAGE, ownedMetadata, type Manifest, type RbacRule, type Target } from './manifest.ts';
import { container, podTemplate, projectedVolume, secretVolume, type MountedVolume } from './pod.ts';
import { tracingEnv, tracingVolumes } from './tracing.ts';

export const DEPLOYMENT_RULES: readonly RbacRule[] = [
  { apiGroups: ['apps'], resources: ['deployments'], verbs: MANAGE, why: 'server, worker and AKTools' },
];
export const SERVICE_RULES: readonly RbacRule[] = [
  {
    apiGroups: [''],
    resources: ['services'],
    verbs: MANAGE,
    why: 'in front of servers, PostgreSQL and AKTools',
  },
];

/** What the servers mount beside what every pod of the application does: nobody else needs it. */
export interface ServerMounts extends AppMounts {
  readonly bootstrapSecret: string;
  /** Numbers of the generated Secrets. */
  readonly keyrings: Readonly<Record<KeyringPurpose, number>>;
}

function serverVolumes({ name }: Target, mounts: ServerMounts): MountedVolume[] {
  const keyrings = KEYRING_PURPOSES.map((purpose) => ({
    secretName: credentialName(name, purpose, mounts.keyrings[purpose]),
    key: KEYRING.key,
    path: KEYRING.files[purpose],
  }));
  return [
    ...appVolumes(mounts),
    secretVolume('bootstrap-token', mounts.bootstrapSecret, PATH.bootstrapDirectory),
    projectedVolume('keyrings', keyrings, PATH.keyrings),
    ...tracingVolumes(mounts.tracingSecret),
  ];
}

/** Deployment of the pods that serve REST and the page. */
export function serverDeployment(target: Target, mounts: ServerMounts): Manifest {
  const selector = selectorOf(target.name, 'server');
  const resources = computeOf(target.spec.server.resources, COMPUTE.server);
  const volumes = serverVolumes(target, mounts);
  const main = container(target, {
    name: 'server',
    image: target.images.app,
    args: ['server'],
    env: [
      ...appEnv(resources),
      { name: 'BOOTSTRAP_TOKEN_FILE', value: PATH.bootstrapToken },
      { name: 'KEYRINGS_DIR', value: PATH.keyrings },
      ...tracingEnv(mounts.tracingSecret),
    ],
    ports: [
      { name: 'http', containerPort: PORT.http, protocol: 'TCP' },
      { name: 'management', containerPort: PORT.management, protocol: 'TCP' },
    ],
    ...APP_PROBES,
    // Endpoints are taken out while the process still answers: no request meets a closed port.
    lifecycle: { preStop: { sleep: { seconds: 3 } } },
    resources,
    mounts: volumes.map(({ mount }) => mount),
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: ownedMetadata(target, serverName(target.name), 'server'),
    spec: {
      replicas: target.spec.server.replicas,
      revisionHistoryLimit: 2,
      progressDeadlineSeconds: 600,
      strategy: ROLLING_UPDATE,
      selector: { matchLabels: selector },
      template: podTemplate(target, {
        component: 'server',
        serviceAccount: serverName(target.name),
        terminationGracePeriodSeconds: 45,
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: selector },
          },
        ],
        containers: [main],
        volumes: volumes.map(({ volume }) => volume),
      }),
    },
  };
}

/** Service that users and Ingresses talk to; the management port is not part of it. */
export function serverService(target: Target): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: ownedMetadata(target, serviceName(target.name), 'server'),
    spec: {
      type: 'ClusterIP',
      selector: selectorOf(target.name, 'server'),
      ports: [{ name: 'http', port: PORT.service, targetPort: 'http', protocol: 'TCP' }],
    },
  };
}
