import { PATH, PORT, credentialName, postgresClaimName, postgresName, selectorOf } from '../naming/index.ts';
import { COMPUTE, computeOf } from './compute.ts';
import {
  MANAGE,
  ownedMetadata,
  retainedMetadata,
  type Manifest,
  type RbacRule,
  type Target,
} from './manifest.ts';
import {
  configVolume,
  container,
  podTemplate,
  scratchVolume,
  secretVolume,
  type MountedVolume,
} from './pod.ts';

export const POSTGRES_RULES: readonly RbacRule[] = [
  { apiGroups: ['apps'], resources: ['statefulsets'], verbs: MANAGE, why: 'built-in PostgreSQL' },
  {
    apiGroups: [''],
    resources: ['persistentvolumeclaims'],
    verbs: MANAGE,
    why: 'its volume; deleted only on a confirmed deletionPolicy Delete, or while no volume was ever bound to it',
  },
];

/** Names and numbers that the pod template of PostgreSQL refers to. */
export interface PostgresMounts {
  readonly configMap: string;
  readonly adminNumber: number;
  readonly tlsNumber: number;
}

/**
 * The volume. Made by the operator and not by a claim template, so that a restore can bring a new one, and without
 * an owner reference, so that it survives the object.
 */
export function postgresClaim(target: Target, size: string): Manifest {
  const className = target.spec.database.builtIn?.storage.storageClassName;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: retainedMetadata(target, postgresClaimName(target.name), 'postgres'),
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: size } },
      ...(className === undefined ? {} : { storageClassName: className }),
    },
  };
}

export function postgresService(target: Target): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: ownedMetadata(target, postgresName(target.name), 'postgres'),
    spec: {
      type: 'ClusterIP',
      selector: selectorOf(target.name, 'postgres'),
      ports: [{ name: 'postgres', port: PORT.postgres, targetPort: 'postgres', protocol: 'TCP' }],
    },
  };
}

const isReady = `pg_isready --quiet --host=${PATH.postgresSocket} --username=postgres --dbname=postgres`;
const shell = (script: string): { exec: { command: string[] } } => ({
  exec: { command: ['sh', '-c', script] },
});

/**
 * Exit code 1 of pg_isready means "alive, but not taking connections now", as in crash recovery: only silence (2)
 * may restart the server, and the start may take an hour.
 */
const PROBES = {
  startupProbe: { ...shell(isReady), periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 3600 },
  livenessProbe: {
    ...shell(`${isReady}; test $? -le 1`),
    periodSeconds: 15,
    timeoutSeconds: 5,
    failureThreshold: 6,
  },
  readinessProbe: { ...shell(isReady), periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 },
} as const;

function mountedVolumes(target: Target, mounts: PostgresMounts): MountedVolume[] {
  return [
    {
      volume: { name: 'data', persistentVolumeClaim: { claimName: postgresClaimName(target.name) } },
      mount: { name: 'data', mountPath: PATH.postgresData },
    },
    secretVolume(
      'admin',
      credentialName(target.name, 'databaseAdmin', mounts.adminNumber),
      PATH.postgresAdmin,
    ),
    secretVolume('tls', credentialName(target.name, 'databaseTLS', mounts.tlsNumber), PATH.postgresTls),
    configVolume('config', mounts.configMap, PATH.postgresConfig),
    scratchVolume('run', PATH.postgresSocket, '16Mi'),
    scratchVolume('tmp', '/tmp', '256Mi'),
    // Parallel queries need more shared memory than the 64 MiB that a container gets.
    scratchVolume('shm', '/dev/shm', '256Mi', 'Memory'),
  ];
}

/**
 * One PostgreSQL server. Parallel pod management replaces a pod whose template was broken; OrderedReady would wait
 * for it for ever.
 */
export function postgresStatefulSet(target: Target, mounts: PostgresMounts): Manifest {
  const volumes = mountedVolumes(target, mounts);
  const resources = computeOf(target.spec.database.builtIn?.resources, COMPUTE.postgres);
  const main = container(target, {
    name: 'postgres',
    image: target.images.postgres,
    env: [{ name: 'PGDATA', value: PATH.pgdata }],
    ports: [{ name: 'postgres', containerPort: PORT.postgres, protocol: 'TCP' }],
    ...PROBES,
    // Fast shutdown whatever the image's stop signal: the default one would wait for every client. The hook does not
    // wait for the end: it would die with the container and be reported as failed. The grace period does the waiting.
    lifecycle: { preStop: shell(`pg_ctl stop --pgdata=${PATH.pgdata} --mode=fast --no-wait`) },
    resources,
    mounts: volumes.map(({ mount }) => mount),
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: ownedMetadata(target, postgresName(target.name), 'postgres'),
    spec: {
      replicas: 1,
      revisionHistoryLimit: 2,
      podManagementPolicy: 'Parallel',
      serviceName: postgresName(target.name),
      selector: { matchLabels: selectorOf(target.name, 'postgres') },
      template: podTemplate(target, {
        component: 'postgres',
        serviceAccount: postgresName(target.name),
        terminationGracePeriodSeconds: 120,
        containers: [main],
        volumes: volumes.map(({ volume }) => volume),
      }),
    },
  };
}
