/** The chart with the values that change what it renders, each set in a namespace of its own. */
import { renderChart } from '../support/chart.ts';
import type { ManifestSet } from './manifest-set.ts';
import { PINNED_IMAGES } from './pinned-images.ts';

const { operator: OPERATOR_IMAGE, ...RELATED_IMAGES } = PINNED_IMAGES;

/** As somebody sets it who wants everything that makes it safer and more available. */
const HARDENED = {
  image: OPERATOR_IMAGE,
  relatedImages: RELATED_IMAGES,
  replicas: 2,
  networkPolicy: { enabled: true },
};

const VALUES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  defaults: {},
  hardened: HARDENED,
  'one-replica': { replicas: 1 },
  'two-replicas': { replicas: 2 },
  'network-policy': { networkPolicy: { enabled: true, metricsFrom: [{ namespaceSelector: {} }] } },
  'namespace-list': { watch: { namespaces: ['team-a', 'team-b'] } },
  'cluster-wide': { watch: { clusterWide: true } },
  'aggregate-roles': { rbac: { aggregateRoles: true } },
  'rights-of-others': { rbac: { create: false }, serviceAccount: { create: false, name: 'given' } },
  bare: { metrics: { service: { enabled: false } }, crds: { enabled: false } },
};

export async function chartSets(): Promise<readonly ManifestSet[]> {
  return Promise.all(
    Object.entries(VALUES).map(async ([name, values]) => ({
      name,
      objects: await renderChart(values, name),
    })),
  );
}
