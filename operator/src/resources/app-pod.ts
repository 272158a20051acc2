import { PATH, PORT } from '../naming/index.ts';
import { heapMebibytes, type Compute } from './compute.ts';
import { configVolume, scratchVolume, secretVolume, type EnvVar, type MountedVolume } from './pod.ts';

/** Names of the content-addressed objects that a pod of the application mounts. */
export interface AppMounts {
  readonly configMap: string;
  readonly databaseSecret: string;
  /** Headers of traces; absent: none are sent, or without. */
  readonly tracingSecret?: string | undefined;
}

/** Volumes that all three roles of the application image mount. */
export function appVolumes(mounts: AppMounts): MountedVolume[] {
  return [
    configVolume('config', mounts.configMap, PATH.configDirectory),
    secretVolume('database', mounts.databaseSecret, PATH.database),
    scratchVolume('tmp', '/tmp', '128Mi'),
  ];
}

/**
 * A young generation of 3 x 8 MiB and not 3 x 32: what a request leaves behind, most of it outside of the heap, is freed
 * ten times a second instead of by full collections, and the process takes a third less memory.
 */
const SEMI_SPACE_MEBIBYTES = 8;

/** Environment of all three roles: file names and process settings, never a secret. */
export function appEnv(resources: Compute): EnvVar[] {
  const heap = heapMebibytes(resources.limits.memory);
  return [
    { name: 'STOCK_ANALYSIS_CONFIG_FILE', value: PATH.configFile },
    { name: 'DATABASE_DIR', value: PATH.database },
    { name: 'PORT', value: String(PORT.http) },
    { name: 'MANAGEMENT_PORT', value: String(PORT.management) },
    { name: 'LOG_LEVEL', value: 'info' },
    { name: 'TMPDIR', value: '/tmp' },
    {
      name: 'NODE_OPTIONS',
      value: `--max-old-space-size=${heap} --max-semi-space-size=${SEMI_SPACE_MEBIBYTES}`,
    },
  ];
}

const probe = (path: string, timing: Record<string, number>): Record<string, unknown> => ({
  httpGet: { path, port: 'management', scheme: 'HTTP' },
  ...timing,
});

/** Probes of server and worker, on the management port. A start may take five minutes: first load, schema, database. */
export const APP_PROBES = {
  startupProbe: probe('/health/startup', { periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 300 }),
  livenessProbe: probe('/health/live', { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 }),
  readinessProbe: probe('/health/ready', { periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 }),
} as const;

/** New pods first, old ones only when the new are ready. */
export const ROLLING_UPDATE = {
  type: 'RollingUpdate',
  rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
} as const;
