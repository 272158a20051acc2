import { stringify } from 'yaml';
import { capture } from '../lib/shell.ts';

export const CHART = 'charts/stock-analysis-operator';
export const RELEASE = 'stock-analysis-operator';
export const INSTALL_MANIFEST = 'manifests/install.yaml';
export const MONITORING_MANIFEST = 'manifests/monitoring.yaml';
const NAMESPACE = 'stock-analysis';

const GENERATED = `# Generated from ${CHART} by hack/generate-manifests.ts; do not edit.\n`;
const HEADER = `# The operator without Helm, in namespace ${NAMESPACE}:
#   kubectl apply --server-side -f install.yaml
${GENERATED}`;
const MONITORING_HEADER = `# For a cluster with prometheus-operator, beside install.yaml: what scrapes the operator, its alert rules and its dashboard.
#   kubectl apply --server-side -f monitoring.yaml
# A Prometheus that selects by label finds them once ServiceMonitor and PrometheusRule have it, for example:
#   kubectl label -n ${NAMESPACE} servicemonitor/${RELEASE} prometheusrule/${RELEASE} release=kube-prometheus-stack
${GENERATED}`;

function namespaceManifest(): string {
  const modes = ['enforce', 'warn', 'audit'];
  const labels = Object.fromEntries(
    modes.map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
  );
  return stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } });
}

/** What only means something to Helm: where a document came from, and whose release it is. */
function isHelmsOwn(line: string): boolean {
  return (
    line.startsWith('# Source: ') ||
    /^\s+(helm\.sh\/chart: .*|app\.kubernetes\.io\/managed-by: Helm)$/.test(line)
  );
}

/** Renders the chart with its default values but for these flags, without what is Helm's. */
async function render(helm: string, flags: readonly string[]): Promise<string> {
  const rendered = await capture(helm, ['template', RELEASE, CHART, '--namespace', NAMESPACE, ...flags]);
  const lines = rendered.split('\n').filter((line) => line.trim() !== '' && !isHelmsOwn(line));
  return `${lines.join('\n')}\n`;
}

/**
 * The operator as a manifest for `kubectl apply`.
 * @param helm path of the helm program
 */
export async function renderInstallManifest(helm: string): Promise<string> {
  const rendered = await render(helm, [
    // Without Helm nothing uninstalls the CRDs, so nothing needs to be told to keep them.
    '--set',
    'crds.keep=false',
    // A dashboard is a page of JSON that most who read this file do not look for.
    '--set',
    'monitoring.dashboards=false',
  ]);
  return `${HEADER}---\n${namespaceManifest()}${rendered}`;
}

/**
 * What a cluster with prometheus-operator has beside it: whether it has is not known where this is rendered.
 * @param helm path of the helm program
 */
export async function renderMonitoringManifest(helm: string): Promise<string> {
  const flags = ['--api-versions', 'monitoring.coreos.com/v1', '--show-only', 'templates/monitoring.yaml'];
  return `${MONITORING_HEADER}${await render(helm, flags)}`;
}
