import { RUN_AS, type Component, labelsOf } from '../naming/index.ts';
import type { Compute } from './compute.ts';
import type { Target } from './manifest.ts';

/** Owner and group may read, nobody else: 0440. */
export const READ_ONLY_MODE = 0o440;

/** Pod Security *restricted*, and a read-only root file system on top. */
export const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
} as const;

const POD_SECURITY = {
  runAsNonRoot: true,
  runAsUser: RUN_AS,
  runAsGroup: RUN_AS,
  fsGroup: RUN_AS,
  // A volume with many files is not walked at every start when its owner already fits.
  fsGroupChangePolicy: 'OnRootMismatch',
  seccompProfile: { type: 'RuntimeDefault' },
} as const;

export interface Volume {
  readonly name: string;
  readonly [source: string]: unknown;
}

export interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: true;
}

/** A volume together with where it is mounted. */
export interface MountedVolume {
  readonly volume: Volume;
  readonly mount: Mount;
}

export function secretVolume(name: string, secretName: string, mountPath: string): MountedVolume {
  const volume = { name, secret: { secretName, defaultMode: READ_ONLY_MODE } };
  return { volume, mount: { name, mountPath, readOnly: true } };
}

export function configVolume(name: string, configMap: string, mountPath: string): MountedVolume {
  const volume = { name, configMap: { name: configMap, defaultMode: READ_ONLY_MODE } };
  return { volume, mount: { name, mountPath, readOnly: true } };
}

/** A file of one key of a Secret. */
export interface SecretFile {
  readonly secretName: string;
  readonly key: string;
  readonly path: string;
}

/** Files of several Secrets in one folder. */
export function projectedVolume(
  name: string,
  files: readonly SecretFile[],
  mountPath: string,
): MountedVolume {
  const sources = files.map(({ secretName, key, path }) => ({
    secret: { name: secretName, items: [{ key, path }] },
  }));
  const volume = { name, projected: { defaultMode: READ_ONLY_MODE, sources } };
  return { volume, mount: { name, mountPath, readOnly: true } };
}

/** Scratch space that dies with the pod. */
export function scratchVolume(
  name: string,
  mountPath: string,
  sizeLimit: string,
  medium?: 'Memory',
): MountedVolume {
  const volume = { name, emptyDir: { sizeLimit, ...(medium ? { medium } : {}) } };
  return { volume, mount: { name, mountPath } };
}

export interface EnvVar {
  readonly name: string;
  readonly value: string;
}

export interface ContainerOptions {
  readonly name: string;
  readonly image: string;
  readonly resources: Compute;
  readonly mounts: readonly Mount[];
  readonly [field: string]: unknown;
}

/** A container that passes *restricted*; `pullPolicy` is one for the whole object. */
export function container(target: Target, options: ContainerOptions): Record<string, unknown> {
  const { name, image, resources, mounts, ...rest } = options;
  return {
    name,
    image,
    imagePullPolicy: target.spec.image.pullPolicy,
    ...rest,
    resources,
    securityContext: CONTAINER_SECURITY,
    volumeMounts: mounts,
    terminationMessagePath: '/dev/termination-log',
    // The last words of a failed container reach the status of the object this way.
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

export interface PodOptions {
  readonly component: Component;
  readonly serviceAccount: string;
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly Record<string, unknown>[];
  readonly initContainers?: readonly Record<string, unknown>[];
  readonly volumes: readonly Volume[];
  readonly [field: string]: unknown;
}

/** Pod template with our labels; no service account token and no Service environment reach any pod. */
export function podTemplate(target: Target, options: PodOptions): Record<string, unknown> {
  const { component, serviceAccount, volumes, containers, initContainers, ...rest } = options;
  const pullSecrets = target.spec.image.pullSecrets;
  return {
    metadata: { labels: labelsOf(target.name, component) },
    spec: {
      serviceAccountName: serviceAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(pullSecrets ? { imagePullSecrets: pullSecrets.map(({ name }) => ({ name })) } : {}),
      securityContext: POD_SECURITY,
      ...rest,
      ...(initContainers ? { initContainers } : {}),
      containers,
      volumes,
    },
  };
}
