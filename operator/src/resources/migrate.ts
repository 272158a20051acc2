import { LABEL, contentHash, labelsOf, migrateJobName, migrateName } from '../naming/index.ts';
import { appEnv, appVolumes, type AppMounts } from './app-pod.ts';
import { COMPUTE, computeOf } from './compute.ts';
import { ownedMetadata, type Manifest, type RbacRule, type Target } from './manifest.ts';
import { container, podTemplate } from './pod.ts';

export const JOB_RULES: readonly RbacRule[] = [
  {
    apiGroups: ['batch'],
    resources: ['jobs'],
    // No patch: the template is immutable, so a Job is made and removed, never changed.
    verbs: ['get', 'list', 'watch', 'create', 'delete'],
    why: 'migrations, ordered before every rollout',
  },
];

/** Retries inside one Job; after that a new Job follows with a growing pause. */
const BACKOFF_LIMIT = 2;

/** Which migration is wanted: that of this image, in that database. The same key is never carried out twice. */
export function migrationKey(target: Target, databaseSecretName: string): string {
  return contentHash({ image: target.images.app, database: databaseSecretName });
}

/** Job that brings the schema to what the desired image expects. Its template is immutable, so it is only created. */
export function migrateJob(target: Target, mounts: AppMounts, attempt: number): Manifest {
  const key = migrationKey(target, mounts.databaseSecret);
  const marks = { [LABEL.migration]: key, [LABEL.attempt]: String(attempt) };
  const resources = computeOf(undefined, COMPUTE.migrate);
  const volumes = appVolumes(mounts);
  const main = container(target, {
    name: 'migrate',
    image: target.images.app,
    args: ['migrate'],
    env: appEnv(resources),
    resources,
    mounts: volumes.map(({ mount }) => mount),
  });
  const template = podTemplate(target, {
    component: 'migrate',
    serviceAccount: migrateName(target.name),
    terminationGracePeriodSeconds: 30,
    restartPolicy: 'Never',
    containers: [main],
    volumes: volumes.map(({ volume }) => volume),
  });
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: ownedMetadata(target, migrateJobName(target.name, key, attempt), 'migrate', marks),
    spec: {
      backoffLimit: BACKOFF_LIMIT,
      completions: 1,
      parallelism: 1,
      // Two migrations side by side would only wait for the same lock.
      podReplacementPolicy: 'Failed',
      template: { ...template, metadata: { labels: { ...labelsOf(target.name, 'migrate'), ...marks } } },
    },
  };
}
