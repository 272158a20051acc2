import { stringify } from 'yaml';
import { capture } from '../lib/shell.ts';

export const CHART = 'charts/stock-analysis-operator';
export const RELEASE = 'stock-analysis-operator';
export const INSTALL_MANIFEST = 'manifests/install.yaml';
const NAMESPACE = 'stock-analysis';

const HEADER = `# The operator without Helm, in namespace ${NAMESPACE}:
#   kubectl apply --server-side -f install.yaml
# Generated from ${CHART} by hack/generate-manifests.ts; do not edit.
`;

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

/**
 * Renders the chart with its default values, as a manifest for `kubectl apply`.
 * @param helm path of the helm program
 */
export async function renderInstallManifest(helm: string): Promise<string> {
  // Without Helm nothing uninstalls the CRDs, so nothing needs to be told to keep them.
  const rendered = await capture(helm, [
    'template',
    RELEASE,
    CHART,
    '--namespace',
    NAMESPACE,
    '--set',
    'crds.keep=false',
    // A dashboard is a page of JSON that most who read this file do not look for.
    '--set',
    'monitoring.dashboards=false',
  ]);
  const lines = rendered.split('\n').filter((line) => line.trim() !== '' && !isHelmsOwn(line));
  return `${HEADER}---\n${namespaceManifest()}${lines.join('\n')}\n`;
}
