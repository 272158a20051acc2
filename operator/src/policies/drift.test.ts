import { describe, expect, it } from 'vitest';
import { postgresStatefulSet, serverDeployment, serverService } from '../resources/index.ts';
import { FULL_SPEC, POSTGRES_MOUNTS, SERVER_MOUNTS, testTarget } from '../resources/testing/target.ts';
import { firstDrift } from './drift.ts';

const desired = serverDeployment(testTarget(FULL_SPEC), SERVER_MOUNTS);

interface DeploymentShape {
  metadata: {
    labels: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: unknown[];
  };
  spec: {
    replicas: number;
    minReadySeconds?: number;
    template: {
      spec: {
        containers: {
          name: string;
          image: string;
          env: { name: string; value: string }[];
          resources: { limits: Record<string, string> };
        }[];
        dnsPolicy?: string;
      };
    };
  };
}
const live = (change: (deployment: DeploymentShape) => void): unknown => {
  const object: DeploymentShape = JSON.parse(JSON.stringify(desired));
  change(object);
  return object;
};

describe('firstDrift', () => {
  it.each([
    ['the same object', live(() => undefined)],
    [
      'defaults of the API server',
      live(({ spec }) => {
        spec.template.spec.dnsPolicy = 'ClusterFirst';
        spec.minReadySeconds = 0;
      }),
    ],
    [
      'an injected sidecar in front',
      live(({ spec }) =>
        spec.template.spec.containers.unshift({
          name: 'mesh',
          image: 'm',
          env: [],
          resources: { limits: {} },
        }),
      ),
    ],
    [
      'foreign labels and annotations',
      live(({ metadata }) => {
        metadata.labels['team'] = 'a';
        metadata.annotations = { x: 'y' };
      }),
    ],
    [
      'a canonical quantity',
      live(({ spec }) => {
        const container = spec.template.spec.containers[0];
        if (container) container.resources.limits['memory'] = '2048Mi';
      }),
    ],
    ['reordered environment', live(({ spec }) => spec.template.spec.containers[0]?.env.reverse())],
  ])('tolerates %s', (_, object) => expect(firstDrift(desired, object)).toBeUndefined());

  it.each([
    [
      '.spec.replicas',
      live(({ spec }) => {
        spec.replicas = 1;
      }),
    ],
    [
      '.metadata.labels.app.kubernetes.io/component',
      live(({ metadata }) => {
        delete metadata.labels['app.kubernetes.io/component'];
      }),
    ],
    [
      '.metadata.ownerReferences',
      live(({ metadata }) => {
        delete metadata.ownerReferences;
      }),
    ],
    [
      '.spec.template.spec.containers[0].image',
      live(({ spec }) => {
        const container = spec.template.spec.containers[0];
        if (container) container.image = 'evil';
      }),
    ],
    [
      '.spec.template.spec.containers[0].env[3].value',
      live(({ spec }) => {
        const variable = spec.template.spec.containers[0]?.env[3];
        if (variable) variable.value = '1';
      }),
    ],
    [
      '.spec.template.spec.containers[0].resources.limits.memory',
      live(({ spec }) => {
        const container = spec.template.spec.containers[0];
        if (container) container.resources.limits['memory'] = '1Gi';
      }),
    ],
  ])('finds %s', (path, object) => expect(firstDrift(desired, object)).toBe(path));

  it('compares lists without a merge key as a whole', () => {
    const probe = postgresStatefulSet(testTarget(), POSTGRES_MOUNTS);
    const object: unknown = JSON.parse(JSON.stringify(probe).replace('"sh","-c"', '"sh","-c","extra"'));
    expect(firstDrift(probe, object)).toMatch(/command$/);
  });

  it('sees an emptied Service selector', () => {
    const service = serverService(testTarget());
    const object: unknown = JSON.parse(
      JSON.stringify(service).replace(/"selector":\{[^}]*\}/, '"selector":{}'),
    );
    expect(firstDrift(service, object)).toMatch(/^\.spec\.selector/);
  });
});
