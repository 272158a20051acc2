import { stringify } from 'yaml';
import { alertFilesName, alertsName } from '../../naming/index.ts';
import { ownedMetadata, type Manifest, type Target } from '../manifest.ts';
import { scrapeConfig } from './scraping.ts';
import { PROMETHEUS_OPERATOR, type RuleGroup } from './types.ts';

/** The rules for a Prometheus that prometheus-operator runs. */
export function prometheusRule(target: Target, groups: readonly RuleGroup[]): Manifest {
  return {
    apiVersion: PROMETHEUS_OPERATOR,
    kind: 'PrometheusRule',
    metadata: ownedMetadata(target, alertsName(target.name), 'monitoring', target.spec.monitoring.labels),
    spec: { groups },
  };
}

/**
 * The same as files, for a Prometheus that nobody's operator runs: `rule_files` and `scrape_config_files` take them. Names
 * of files are unique in a cluster, so that those of several objects fit into one folder.
 */
export function alertFiles(target: Target, groups: readonly RuleGroup[]): Manifest {
  const stem = `${target.namespace}.${target.name}`;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ownedMetadata(target, alertFilesName(target.name), 'monitoring'),
    data: {
      ...(groups.length > 0 ? { [`${stem}.rules.yaml`]: yaml({ groups }) } : {}),
      [`${stem}.scrape.yaml`]: yaml({ scrape_configs: [scrapeConfig(target)] }),
    },
  };
}

const yaml = (value: unknown): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
