import { describe, expect, it } from 'vitest';
import {
  aktoolsDeployment,
  migrateJob,
  postgresStatefulSet,
  serverDeployment,
  workerDeployment,
  type Manifest,
} from './index.ts';
import { FULL_SPEC, MOUNTS, POSTGRES_MOUNTS, SERVER_MOUNTS, testTarget } from './testing/target.ts';

interface Container {
  readonly name: string;
  readonly securityContext?: Record<string, unknown>;
  readonly resources?: {
    readonly requests?: Record<string, string>;
    readonly limits?: Record<string, string>;
  };
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: Readonly<Record<string, unknown>>;
  }[];
  readonly envFrom?: readonly unknown[];
  readonly image?: string;
}
interface PodSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly serviceAccountName?: string;
  readonly securityContext?: Record<string, unknown>;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes: readonly Record<string, unknown>[];
}

const target = testTarget(FULL_SPEC);
const ALL: readonly Manifest[] = [
  serverDeployment(target, SERVER_MOUNTS),
  workerDeployment(target, MOUNTS),
  aktoolsDeployment(target),
  migrateJob(target, MOUNTS, 1),
  postgresStatefulSet(target, POSTGRES_MOUNTS),
];
function podSpec(manifest: Manifest): PodSpec {
  const parsed: { spec: { template: { spec: PodSpec } } } = JSON.parse(JSON.stringify(manifest));
  return parsed.spec.template.spec;
}

/** Volume types that Pod Security *restricted* allows. */
const ALLOWED = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

describe.each(ALL.map((manifest) => [manifest.metadata.name, podSpec(manifest)] as const))(
  'the pod of %s',
  (_, spec) => {
    const containers = [...spec.containers, ...(spec.initContainers ?? [])];

    it('passes Pod Security restricted', () => {
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 10001,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext } of containers) {
        expect(securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          capabilities: { drop: ['ALL'] },
        });
      }
      const sources = spec.volumes.flatMap(({ name: _name, ...source }) => Object.keys(source));
      expect(sources.filter((source) => !ALLOWED.has(source))).toEqual([]);
    });

    it('has no token, an account of its own, and requests and limits everywhere', () => {
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(spec.serviceAccountName).toMatch(/^demo-/);
      for (const { resources } of containers) {
        for (const kind of ['requests', 'limits'] as const)
          expect(Object.keys(resources?.[kind] ?? {}).toSorted()).toEqual(['cpu', 'memory']);
      }
    });

    it('gets no secret through its environment', () => {
      const variables = containers.flatMap(({ env }) => env ?? []);
      const sources = variables.flatMap(({ valueFrom }) => Object.keys(valueFrom ?? {}));
      // What the pod is called and where it is, as against `secretKeyRef`.
      expect(sources.filter((source) => source !== 'fieldRef')).toEqual([]);
      expect(containers.flatMap(({ envFrom }) => envFrom ?? [])).toEqual([]);
    });
  },
);

it('gives the keyrings and the token that makes an administrator to the servers alone', () => {
  const holders = ALL.filter((manifest) => /keyring|bootstrap/i.test(JSON.stringify(podSpec(manifest))));
  expect(holders.map(({ metadata }) => metadata.name)).toEqual(['demo-server']);
});
