/** What runs on the cluster before the scanners: the chart as Helm installed it, and what the operator made of the sample. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { EXCEPTIONS, judge, readExceptions, type Maker } from '../manifests/exceptions.ts';
import { SCAN, installScanners, scan } from '../manifests/scan.ts';
import { parseObject, type RenderedObject } from '../support/chart.ts';
import { kubectl } from './support/world.ts';

const namespace = inject('namespace');
const KINDS = [
  ...['deployments', 'statefulsets', 'jobs', 'services', 'serviceaccounts', 'configmaps', 'secrets'],
  ...['networkpolicies', 'persistentvolumeclaims', 'poddisruptionbudgets', 'roles', 'rolebindings'],
];
const MADE_BY: Readonly<Record<Maker, { readonly selector: string; readonly kinds: readonly string[] }>> = {
  chart: {
    selector: 'app.kubernetes.io/name=stock-analysis-operator',
    kinds: ['Deployment', 'Role', 'RoleBinding', 'Service', 'ServiceAccount'],
  },
  operator: {
    selector: `app.kubernetes.io/instance=${inject('sampleName')}`,
    kinds: [
      ...['ConfigMap', 'Deployment', 'Job', 'NetworkPolicy', 'PersistentVolumeClaim'],
      ...['PodDisruptionBudget', 'Secret', 'Service', 'ServiceAccount', 'StatefulSet'],
    ],
  },
};

async function objectsOf(selector: string): Promise<readonly RenderedObject[]> {
  const asked = [KINDS.join(','), '--namespace', namespace, '--selector', selector];
  const { items } = await kubectl().get<{ readonly items: readonly unknown[] }>(asked);
  return items.map((item) => parseObject(item));
}

beforeAll(installScanners, 1_200_000);

describe.each(['chart', 'operator'] as const)('what the %s put on the cluster', (maker) => {
  it('passes every gate of the scanners but for the exceptions', SCAN, async () => {
    const { selector, kinds } = MADE_BY[maker];
    const objects = await objectsOf(selector);
    expect(kinds.filter((kind) => !objects.some((object) => object.kind === kind))).toEqual([]);
    const findings = await scan([{ name: 'cluster', objects }]);
    expect(judge(findings, maker, readExceptions(EXCEPTIONS)).refused).toEqual([]);
  });
});
