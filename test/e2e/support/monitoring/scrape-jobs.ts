/**
 * What prometheus-operator makes of the objects that it selects, as a configuration of Prometheus. It does not run here:
 * its objects are real, and read by these rules, which are those of its generator (pkg/prometheus/promcfg.go of v0.85) as
 * far as our objects use them. A member that is not known here is an error, so that nothing is left out unseen.
 */
import { z } from 'zod';
import { meta, type Role } from './discovery.ts';

const labels = z.record(z.string(), z.string());
const objectMetadata = z.object({ name: z.string(), namespace: z.string() });
const selector = z.strictObject({
  matchLabels: labels.default({}),
  matchExpressions: z
    .array(z.strictObject({ key: z.string(), operator: z.literal('In'), values: z.array(z.string()) }))
    .default([]),
});
const relabelings = z
  .array(
    z.strictObject({
      // The API server adds it.
      action: z.literal('replace').optional(),
      sourceLabels: z.array(z.string()).optional(),
      targetLabel: z.string(),
      replacement: z.string().optional(),
    }),
  )
  .default([]);
const endpoint = z.strictObject({
  port: z.string(),
  path: z.string(),
  interval: z.string(),
  scrapeTimeout: z.string(),
  honorLabels: z.boolean().default(false),
  relabelings,
});

const podMonitor = z.object({
  metadata: objectMetadata,
  spec: z.strictObject({ selector, podMetricsEndpoints: z.array(endpoint) }),
});
const serviceMonitor = z.object({
  metadata: objectMetadata,
  spec: z.strictObject({ selector, endpoints: z.array(endpoint) }),
});

export type ScrapeJob = Readonly<Record<string, unknown>>;
/** File of the targets of a role, see Discovery.fileOf. */
export type FileOf = (role: Role) => string;

interface Relabeling {
  readonly source_labels?: readonly string[];
  readonly target_label?: string;
  readonly regex?: string;
  readonly replacement?: string;
  readonly action?: 'keep' | 'drop' | 'replace';
}

const copy = (source: string, target: string): Relabeling => ({
  source_labels: [meta(source)],
  target_label: target,
});
const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

function selected(
  of: 'pod' | 'service',
  { matchLabels, matchExpressions }: z.output<typeof selector>,
): Relabeling[] {
  const wanted = [
    ...Object.entries(matchLabels).map(([key, value]) => [key, [value]] as const),
    ...matchExpressions.map(({ key, values }) => [key, values] as const),
  ];
  return wanted.map(([key, values]) => ({
    action: 'keep',
    source_labels: [meta(`${of}_label_${key}`), meta(`${of}_labelpresent_${key}`)],
    regex: `(${values.map(literal).join('|')});true`,
  }));
}

function job(
  name: string,
  { path, interval, scrapeTimeout, honorLabels, relabelings: added }: z.output<typeof endpoint>,
  targets: string,
  own: readonly Relabeling[],
): ScrapeJob {
  const theirs = added.map(({ sourceLabels, targetLabel, replacement }): Relabeling => ({
    target_label: targetLabel,
    ...(sourceLabels === undefined ? {} : { source_labels: sourceLabels }),
    ...(replacement === undefined ? {} : { replacement }),
  }));
  return {
    job_name: name,
    honor_labels: honorLabels,
    metrics_path: path,
    scrape_interval: interval,
    scrape_timeout: scrapeTimeout,
    file_sd_configs: [{ files: [targets] }],
    relabel_configs: [...own, ...theirs],
  };
}

const ENDED: Relabeling = { action: 'drop', source_labels: [meta('pod_phase')], regex: '(Failed|Succeeded)' };

/** @param object a PodMonitor as the API server gives it */
export function podMonitorJobs(object: unknown, fileOf: FileOf): ScrapeJob[] {
  const { metadata, spec } = podMonitor.parse(object);
  const { name, namespace } = metadata;
  return spec.podMetricsEndpoints.map((one, index) =>
    job(`podMonitor/${namespace}/${name}/${index}`, one, fileOf('pod'), [
      ENDED,
      ...selected('pod', spec.selector),
      { action: 'keep', source_labels: [meta('pod_container_port_name')], regex: literal(one.port) },
      copy('namespace', 'namespace'),
      copy('pod_container_name', 'container'),
      copy('pod_name', 'pod'),
      { target_label: 'job', replacement: `${namespace}/${name}` },
      { target_label: 'endpoint', replacement: one.port },
    ]),
  );
}

/** @param object a ServiceMonitor as the API server gives it */
export function serviceMonitorJobs(object: unknown, fileOf: FileOf): ScrapeJob[] {
  const { metadata, spec } = serviceMonitor.parse(object);
  const { name, namespace } = metadata;
  return spec.endpoints.map((one, index) =>
    job(`serviceMonitor/${namespace}/${name}/${index}`, one, fileOf('endpoints'), [
      ...selected('service', spec.selector),
      { action: 'keep', source_labels: [meta('endpoint_port_name')], regex: literal(one.port) },
      copy('namespace', 'namespace'),
      copy('service_name', 'service'),
      copy('pod_name', 'pod'),
      copy('pod_container_name', 'container'),
      ENDED,
      copy('service_name', 'job'),
      { target_label: 'endpoint', replacement: one.port },
    ]),
  );
}

/** Volumes as the kubelet of every node tells of them; kube-prometheus scrapes it, with these honoured labels. */
export function kubeletJob(fileOf: FileOf, token: string): ScrapeJob {
  return {
    job_name: 'kubelet',
    honor_labels: true,
    scheme: 'https',
    scrape_interval: '30s',
    authorization: { credentials_file: token },
    // Its certificate is of no authority.
    tls_config: { insecure_skip_verify: true },
    file_sd_configs: [{ files: [fileOf('node')] }],
    metric_relabel_configs: [
      { action: 'keep', source_labels: ['__name__'], regex: 'kubelet_volume_stats_.*' },
    ],
  };
}
