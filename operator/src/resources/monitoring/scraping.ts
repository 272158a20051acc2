import { LABEL, podMonitorName, selectorOf } from '../../naming/index.ts';
import { ownedMetadata, type Manifest, type Target } from '../manifest.ts';
import { PROMETHEUS_OPERATOR } from './types.ts';

/** Those that answer /metrics on the management port. */
const SCRAPED = ['server', 'worker'];
const PORT_NAME = 'management';
/** Alerts are evaluated over minutes: two samples in each. */
const INTERVAL = '30s';
const TIMEOUT = '10s';

/** Label of a pod as service discovery spells it. */
const podLabel = (label: string): string =>
  `__meta_kubernetes_pod_label_${label.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`;

/** Labels that the rules rely on, with where they come from. */
const TARGET_LABELS = {
  stockanalysis: podLabel(LABEL.instance),
  component: podLabel(LABEL.component),
} as const;

/** How prometheus-operator's Prometheus scrapes the pods of server and worker; `namespace` and `pod` it sets itself. */
export function podMonitor(target: Target): Manifest {
  const { [LABEL.component]: _, ...matchLabels } = selectorOf(target.name, 'server');
  const relabelings = Object.entries(TARGET_LABELS).map(([targetLabel, source]) => ({
    sourceLabels: [source],
    targetLabel,
  }));
  return {
    apiVersion: PROMETHEUS_OPERATOR,
    kind: 'PodMonitor',
    metadata: ownedMetadata(target, podMonitorName(target.name), 'monitoring', target.spec.monitoring.labels),
    spec: {
      selector: {
        matchLabels,
        matchExpressions: [{ key: LABEL.component, operator: 'In', values: SCRAPED }],
      },
      podMetricsEndpoints: [
        { port: PORT_NAME, path: '/metrics', interval: INTERVAL, scrapeTimeout: TIMEOUT, relabelings },
      ],
    },
  };
}

/** The same for a Prometheus that is configured by files, with the same labels on every series. */
export function scrapeConfig({ name, namespace }: Target): Record<string, unknown> {
  const { [LABEL.component]: _, ...labels } = selectorOf(name, 'server');
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const copy = (source: string, target_label: string) => ({ source_labels: [source], target_label });
  const keep = (source: string, regex: string) => ({ source_labels: [source], regex, action: 'keep' });
  return {
    job_name: `${namespace}/${podMonitorName(name)}`,
    scrape_interval: INTERVAL,
    scrape_timeout: TIMEOUT,
    kubernetes_sd_configs: [
      {
        role: 'pod',
        namespaces: { names: [namespace] },
        selectors: [
          { role: 'pod', label: [...selector, `${LABEL.component} in (${SCRAPED.join(',')})`].join(',') },
        ],
      },
    ],
    relabel_configs: [
      keep('__meta_kubernetes_pod_container_port_name', PORT_NAME),
      keep('__meta_kubernetes_pod_phase', 'Running'),
      copy('__meta_kubernetes_namespace', 'namespace'),
      copy('__meta_kubernetes_pod_name', 'pod'),
      ...Object.entries(TARGET_LABELS).map(([label, source]) => copy(source, label)),
    ],
  };
}
