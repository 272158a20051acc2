/** What the chart renders for which values, and which values it refuses. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  INSTALL_MANIFEST,
  MONITORING_MANIFEST,
  renderInstallManifest,
  renderMonitoringManifest,
} from '../../hack/charts/install-manifest.ts';
import { helmProgram } from '../../hack/charts/helm.ts';
import {
  findObject,
  helm,
  inventory,
  parseManifests,
  renderChart,
  type RenderedObject,
} from '../support/chart.ts';
import { readCRDs } from '../support/crd.ts';
import { operatorRules } from '../support/role-rules.ts';

const NAME = 'stock-analysis-operator';
const CRD = 'stockanalyses.stockanalysis.dev';
const CLUSTER_SCOPED = new Set(['ClusterRole', 'ClusterRoleBinding']);

const Deployment = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.tuple([
          z.object({ env: z.array(z.object({ name: z.string(), value: z.string().optional() })) }),
        ]),
      }),
    }),
  }),
});

function watchedBy(objects: readonly RenderedObject[]): string | undefined {
  const { spec } = Deployment.parse(findObject(objects, 'Deployment', NAME));
  return spec.template.spec.containers[0].env.find(({ name }) => name === 'WATCH_NAMESPACES')?.value;
}

describe('by default', () => {
  it('makes these objects, and nothing cluster-scoped but the CRD', async () => {
    expect(inventory(await renderChart())).toEqual([
      `ConfigMap stock-analysis/${NAME}-alert-rules`,
      `ConfigMap stock-analysis/${NAME}-dashboards`,
      `CustomResourceDefinition (cluster)/${CRD}`,
      `Deployment stock-analysis/${NAME}`,
      `Role stock-analysis/${NAME}`,
      `Role stock-analysis/${NAME}-own-namespace`,
      `RoleBinding stock-analysis/${NAME}`,
      `RoleBinding stock-analysis/${NAME}-own-namespace`,
      `Service stock-analysis/${NAME}-metrics`,
      `ServiceAccount stock-analysis/${NAME}`,
    ]);
  });

  it("grants the operator's rules and no wildcard", async () => {
    const objects = await renderChart();
    const rules = [NAME, `${NAME}-own-namespace`].flatMap(
      (name) => findObject(objects, 'Role', name).rules ?? [],
    );
    expect(rules).toEqual(operatorRules());
    expect(JSON.stringify(rules)).not.toContain('*');
  });

  it('watches its own namespace', async () => {
    const objects = await renderChart({}, 'elsewhere');
    expect(watchedBy(objects)).toBe('elsewhere');
  });

  it('passes helm lint without a warning', async () => {
    expect(await helm(['lint', '--strict', 'charts/stock-analysis-operator'])).toContain('0 chart(s) failed');
  });
});

describe('CRDs', () => {
  const {
    annotations: _annotations,
    labels: _labels,
    ...expectedMetadata
  } = readCRDs()[0]?.metadata ?? { name: '' };

  it('are those of crds/, with the policy to keep them', async () => {
    const { metadata, ...rendered } = findObject(await renderChart(), 'CustomResourceDefinition', CRD);
    const { metadata: _metadata, ...source } = readCRDs()[0] ?? { metadata: { name: '' } };
    expect(rendered).toEqual(source);
    const { annotations, labels, ...own } = metadata;
    expect(own).toEqual(expectedMetadata);
    expect(annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
    expect(labels).toEqual({ 'app.kubernetes.io/part-of': 'stock-analysis' });
  });

  it('lose the policy with crds.keep=false and go with crds.enabled=false', async () => {
    const loose = findObject(await renderChart({ crds: { keep: false } }), 'CustomResourceDefinition', CRD);
    expect(loose.metadata.annotations).toBeUndefined();
    expect(inventory(await renderChart({ crds: { enabled: false } })).join()).not.toContain(
      'CustomResourceDefinition',
    );
  });
});

describe('watch', () => {
  it('makes a Role in each namespace of the list, once', async () => {
    const objects = await renderChart({ watch: { namespaces: ['b', 'a', 'b'] } });
    const roles = objects.filter(({ kind }) => kind === 'Role' || kind === 'RoleBinding');
    expect(inventory(roles)).toEqual([
      `Role a/${NAME}`,
      `Role b/${NAME}`,
      `Role stock-analysis/${NAME}-own-namespace`,
      `RoleBinding a/${NAME}`,
      `RoleBinding b/${NAME}`,
      `RoleBinding stock-analysis/${NAME}-own-namespace`,
    ]);
    const subjects = roles.filter(({ kind }) => kind === 'RoleBinding').map((binding) => binding['subjects']);
    for (const subject of subjects)
      expect(subject).toEqual([{ kind: 'ServiceAccount', name: NAME, namespace: 'stock-analysis' }]);
    expect(watchedBy(objects)).toBe('a,b');
  });

  it('makes one ClusterRole with the same rules for clusterWide', async () => {
    const objects = await renderChart({ watch: { clusterWide: true } });
    const namespaced = findObject(await renderChart(), 'Role', NAME);
    const cluster = findObject(objects, 'ClusterRole', `stock-analysis-${NAME}`);
    expect(cluster.rules).toEqual(namespaced.rules);
    expect(inventory(objects.filter(({ kind }) => kind === 'Role'))).toEqual([
      `Role stock-analysis/${NAME}-own-namespace`,
    ]);
    expect(watchedBy(objects)).toBe('*');
  });
});

describe('options', () => {
  it.each([
    ['a PodDisruptionBudget for more than one replica', { replicas: 2 }, 'PodDisruptionBudget', NAME],
    ['a NetworkPolicy', { networkPolicy: { enabled: true } }, 'NetworkPolicy', NAME],
    ['roles for users', { rbac: { aggregateRoles: true } }, 'ClusterRole', `stock-analysis-${NAME}-edit`],
  ])('add %s, which is not there without', async (_what, values, kind, name) => {
    expect(findObject(await renderChart(values), kind, name)).toBeDefined();
    expect(inventory(await renderChart()).join()).not.toContain(`${kind} `);
  });

  it.each([
    [
      'the ServiceAccount',
      { serviceAccount: { create: false, name: 'given' } },
      `ServiceAccount stock-analysis/${NAME}`,
    ],
    ['all roles', { rbac: { create: false } }, 'Role'],
    ['the metrics Service', { metrics: { service: { enabled: false } } }, 'Service stock-analysis'],
  ])('leave out %s', async (_what, values, absent) => {
    expect(inventory(await renderChart(values)).filter((object) => object.startsWith(absent))).toEqual([]);
  });

  it('prefer a digest to a tag', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const text = JSON.stringify(
      await renderChart({ image: { repository: 'r.example:5000/o', tag: 'v1', digest } }),
    );
    expect(text).toContain(`"image":"r.example:5000/o@${digest}"`);
  });
});

describe('monitoring', () => {
  const API = 'monitoring.coreos.com/v1';
  const isOfIt = ({ apiVersion, metadata }: RenderedObject): boolean =>
    apiVersion === API || /-(dashboards|alert-rules)$/.test(metadata.name);
  const monitoring = async (values: unknown, apis = [API]): Promise<string[]> =>
    inventory((await renderChart({ monitoring: values }, 'here', apis)).filter(isOfIt));

  it('is there as far as the cluster has it', async () => {
    const dashboards = `ConfigMap here/${NAME}-dashboards`;
    expect(await monitoring({})).toEqual([
      dashboards,
      `PrometheusRule here/${NAME}`,
      `ServiceMonitor here/${NAME}`,
    ]);
    const file = `ConfigMap here/${NAME}-alert-rules`;
    expect(await monitoring({}, [])).toEqual([file, dashboards]);
    expect(await monitoring({ dashboards: false }, [])).toEqual([file]);
    expect(await monitoring({ enabled: false })).toEqual([]);
    expect(await monitoring({ enabled: false }, [])).toEqual([]);
  });

  it('has the same rules as a file where there is nobody to read a PrometheusRule', async () => {
    const values = { monitoring: { runbookBaseURL: 'https://wiki.example/runbooks' } };
    const { spec } = findObject(await renderChart(values, 'here', [API]), 'PrometheusRule', NAME);
    const { data } = z
      .object({ data: z.record(z.string(), z.string()) })
      .parse(findObject(await renderChart(values, 'here'), 'ConfigMap', `${NAME}-alert-rules`));
    expect(Object.keys(data)).toEqual([`here.${NAME}.rules.yaml`, `here.${NAME}.scrape.yaml`]);
    expect(parse(data[`here.${NAME}.rules.yaml`] ?? '')).toEqual(spec);
  });

  it('scrapes the same pods in the same way where there is nobody to read a ServiceMonitor', async () => {
    const objects = await renderChart({}, 'here');
    const { data } = z
      .object({ data: z.record(z.string(), z.string()) })
      .parse(findObject(objects, 'ConfigMap', `${NAME}-alert-rules`));
    const { scrape_configs: jobs } = parse(data[`here.${NAME}.scrape.yaml`] ?? '');
    expect(jobs).toMatchObject([{ job_name: `here/${NAME}`, honor_labels: true }]);
    const [{ kubernetes_sd_configs: discovery, relabel_configs: relabelings }] = jobs;
    const { spec } = z
      .looseObject({
        spec: z.looseObject({
          selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()) }),
          template: z.looseObject({
            metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
          }),
        }),
      })
      .parse(findObject(objects, 'Deployment', NAME));
    const selector = Object.entries(spec.selector.matchLabels).map(([key, value]) => `${key}=${value}`);
    expect(discovery).toMatchObject([
      { role: 'pod', namespaces: { names: ['here'] }, selectors: [{ label: selector.join(',') }] },
    ]);
    expect(relabelings).toContainEqual({ target_label: 'component', replacement: 'operator' });
  });

  it('has no rule about an operator that nothing scrapes', async () => {
    const objects = await renderChart({ metrics: { service: { enabled: false } } }, 'here', [API]);
    expect(objects.filter(({ apiVersion }) => apiVersion === API)).toEqual([]);
  });

  it('is of this release, its pages and its labels, and leaves no mark unfilled', async () => {
    const runbookBaseURL = 'https://wiki.example/runbooks/';
    const values = { monitoring: { labels: { release: 'prometheus' }, runbookBaseURL } };
    const objects = (await renderChart(values, 'here', [API])).filter(isOfIt);
    const rule = findObject(objects, 'PrometheusRule', NAME);
    expect(rule.metadata.labels).toMatchObject({ release: 'prometheus' });
    const text = JSON.stringify(rule);
    expect(text).toContain('up{namespace=\\"here\\",component=\\"operator\\"}');
    expect(text).toContain('"https://wiki.example/runbooks/OperatorDown.md"');
    expect(JSON.stringify(objects)).not.toContain('__');
  });

  it('links to no page unless somebody says where they are, and loses nothing else of a rule', async () => {
    const rulesOf = async (values: object): Promise<unknown> => {
      const { spec } = findObject(await renderChart(values, 'here', [API]), 'PrometheusRule', NAME);
      return spec;
    };
    const [without, linked] = await Promise.all([
      rulesOf({}),
      rulesOf({ monitoring: { runbookBaseURL: 'https://wiki.example/runbooks' } }),
    ]);
    expect(JSON.stringify(without)).not.toMatch(/runbook|__/);
    const unlinked: unknown = JSON.parse(
      JSON.stringify(linked, (key, value: unknown) => (key === 'runbook_url' ? undefined : value)),
    );
    expect(JSON.stringify(linked)).toContain('runbook_url');
    expect(without).toEqual(unlinked);
  });

  it('takes the namespace of a series from the operator, which serves others than its own', async () => {
    const { spec } = findObject(await renderChart({}, 'here', [API]), 'ServiceMonitor', NAME);
    expect(spec).toMatchObject({ endpoints: [{ port: 'metrics', honorLabels: true }] });
  });
});

describe('refuses', () => {
  it.each([
    ['an unknown key', { replica: 2 }, "additional properties 'replica' not allowed"],
    ['an unknown key below', { watch: { namespace: 'a' } }, "additional properties 'namespace' not allowed"],
    ['text for a number', { replicas: 'two' }, "at '/replicas': got string, want integer"],
    ['a level that does not exist', { logLevel: 'verbose' }, "at '/logLevel'"],
    ['an image without tag', { relatedImages: { app: 'r.example/app' } }, "at '/relatedImages/app'"],
    ['a digest that is none', { image: { digest: 'sha256:1' } }, "at '/image/digest'"],
    ['a repository with a tag', { image: { repository: 'r.example/o:v1' } }, "at '/image/repository'"],
    ['a namespace that can be none', { watch: { namespaces: ['A_b'] } }, "at '/watch/namespaces/0'"],
    [
      'a list beside clusterWide',
      { watch: { clusterWide: true, namespaces: ['a'] } },
      "at '/watch/namespaces'",
    ],
    ['a port beyond 65535', { metrics: { service: { port: 65_536 } } }, "at '/metrics/service/port'"],
    [
      'memory without a number',
      { resources: { limits: { memory: 'lots' } } },
      "at '/resources/limits/memory'",
    ],
    [
      'a foreign ServiceAccount without a name',
      { serviceAccount: { create: false } },
      'serviceAccount.name is needed',
    ],
  ])('%s', async (_what, values, message) => {
    await expect(renderChart(values)).rejects.toThrow(message);
  });
});

describe('manifests/install.yaml', () => {
  it('is what the chart renders: else run `make generate`', async () => {
    expect(readFileSync(INSTALL_MANIFEST, 'utf8')).toBe(await renderInstallManifest(await helmProgram()));
  });

  it("brings its namespace and nothing of Helm's", () => {
    const text = readFileSync(INSTALL_MANIFEST, 'utf8');
    const [namespace, ...objects] = parseManifests(text);
    expect(namespace?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    expect(text).not.toMatch(/helm\.sh|managed-by: Helm/);
    expect(objects.filter(({ kind }) => CLUSTER_SCOPED.has(kind))).toEqual([]);
  });
});

describe('manifests/monitoring.yaml', () => {
  const text = readFileSync(MONITORING_MANIFEST, 'utf8');

  it('is what the chart renders: else run `make generate`', async () => {
    expect(text).toBe(await renderMonitoringManifest(await helmProgram()));
  });

  it('scrapes the Service that install.yaml brings, and has all that the other one cannot', () => {
    expect(inventory(parseManifests(text))).toEqual([
      `ConfigMap stock-analysis/${NAME}-dashboards`,
      `PrometheusRule stock-analysis/${NAME}`,
      `ServiceMonitor stock-analysis/${NAME}`,
    ]);
    expect(text).not.toMatch(/helm\.sh|managed-by: Helm|__/);
    const { spec } = z
      .looseObject({
        spec: z.looseObject({ selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()) }) }),
      })
      .parse(findObject(parseManifests(text), 'ServiceMonitor', NAME));
    const installed = parseManifests(readFileSync(INSTALL_MANIFEST, 'utf8'));
    expect(findObject(installed, 'Service', `${NAME}-metrics`).metadata.labels).toMatchObject(
      spec.selector.matchLabels,
    );
  });
});
