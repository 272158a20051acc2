import { PATH, PORT, selectorOf, workerName } from '../naming/index.ts';
import { APP_PROBES, ROLLING_UPDATE, appEnv, appVolumes, type AppMounts } from './app-pod.ts';
import { COMPUTE, computeOf } from './compute.ts';
import { ownedMetadata, type Manifest, type Target } from './manifest.ts';
import { container, podTemplate, scratchVolume, secretVolume } from './pod.ts';
import { tracingEnv, tracingVolumes } from './tracing.ts';

/** What the workers mount beside what every pod of the application does. */
export interface WorkerMounts extends AppMounts {
  /** Absent: nothing is sent that needs a password. */
  readonly notificationsSecret?: string | undefined;
}

/** Where other workers ask this one how it stands while the database is silent. */
const POD_ADDRESS = {
  name: 'POD_IP',
  valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } },
} as const;

/** The sample history is copied out of its image: it is never part of a published one. */
function copySampleData(target: Target): Record<string, unknown> {
  return container(target, {
    name: 'sample-data',
    image: target.images.sampleData,
    command: ['cp', '-R', '/sample-data/.', '/data/'],
    resources: COMPUTE.init,
    mounts: [{ name: 'sample-data', mountPath: '/data' }],
  });
}

/** Deployment of the pods that load market history. */
export function workerDeployment(target: Target, mounts: WorkerMounts): Manifest {
  const resources = computeOf(target.spec.worker.resources, COMPUTE.worker);
  const isSample = target.spec.marketData.provider === 'Sample';
  const sampleData = isSample ? [scratchVolume('sample-data', PATH.sampleData, '1Gi')] : [];
  const secret = mounts.notificationsSecret;
  const notifications =
    secret === undefined ? [] : [secretVolume('notifications', secret, PATH.notifications)];
  const volumes = [
    ...appVolumes(mounts),
    ...notifications,
    ...tracingVolumes(mounts.tracingSecret),
    ...sampleData,
  ];
  const main = container(target, {
    name: 'worker',
    image: target.images.app,
    args: ['worker'],
    env: [
      ...appEnv(resources),
      POD_ADDRESS,
      ...(secret === undefined ? [] : [{ name: 'NOTIFICATIONS_DIR', value: PATH.notifications }]),
      ...tracingEnv(mounts.tracingSecret),
    ],
    ports: [{ name: 'management', containerPort: PORT.management, protocol: 'TCP' }],
    ...APP_PROBES,
    resources,
    mounts: volumes.map(({ mount }) =>
      mount.name === 'sample-data' ? { ...mount, readOnly: true as const } : mount,
    ),
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: ownedMetadata(target, workerName(target.name), 'worker'),
    spec: {
      replicas: target.spec.worker.replicas,
      revisionHistoryLimit: 2,
      progressDeadlineSeconds: 600,
      strategy: ROLLING_UPDATE,
      selector: { matchLabels: selectorOf(target.name, 'worker') },
      template: podTemplate(target, {
        component: 'worker',
        serviceAccount: workerName(target.name),
        // A running job may finish its batch; what it does not finish, pg-boss hands to the next worker.
        terminationGracePeriodSeconds: 60,
        ...(isSample ? { initContainers: [copySampleData(target)] } : {}),
        containers: [main],
        volumes: volumes.map(({ volume }) => volume),
      }),
    },
  };
}
