import { homedir } from 'node:os';
import { join } from 'node:path';
import { capture } from '../../lib/shell.ts';
import { inRegistry, pushImages } from '../../images/index.ts';
import { toolPath } from '../go-tools.ts';
import { say } from '../../lib/progress.ts';
import type { Provider } from './provider.ts';

export interface Context {
  readonly context: string;
  readonly cluster: string;
  readonly server: string;
}

const PRODUCTION = /(^|[^a-z])(prod|prd|production|live)([^a-z]|$)/i;
// A managed control plane carries the provider's domain: whoever develops on one has to say so.
const MANAGED =
  /\.(eks\.amazonaws\.com|azmk8s\.io|gke\.goog|ondigitalocean\.com|aliyuncs\.com|tencentcloudcr?\.com)(:|\/|$)/i;

/** Why a context looks like one that people depend on; undefined: it does not. */
export function looksLikeProduction(context: Context): string | undefined {
  for (const [what, value] of Object.entries(context)) {
    if (PRODUCTION.test(value)) return `its ${what} is called ${value}`;
  }
  return MANAGED.test(context.server) ? `its server is ${context.server}` : undefined;
}

const kubeconfigPath = (): string => process.env['KUBECONFIG'] ?? join(homedir(), '.kube', 'config');

async function currentContext(): Promise<Context> {
  const text = await capture(await toolPath('kubectl'), [
    '--kubeconfig',
    kubeconfigPath(),
    'config',
    'view',
    '--minify',
    '-o',
    'json',
  ]);
  const config = JSON.parse(text) as {
    'current-context': string;
    clusters: { name: string; cluster: { server: string } }[];
  };
  const cluster = config.clusters[0];
  if (!cluster) throw new Error(`the kubeconfig ${kubeconfigPath()} has no cluster for its current context`);
  return { context: config['current-context'], cluster: cluster.name, server: cluster.cluster.server };
}

interface NodeView {
  readonly status: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Where a node answers: an address meant for the outside, else the one inside the cluster's network. */
export function nodeAddress(nodes: readonly NodeView[]): string | undefined {
  const addresses = nodes
    .filter(({ status }) => status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'))
    .flatMap(({ status }) => status.addresses ?? []);
  const best = ['ExternalIP', 'InternalIP'].flatMap((type) => addresses.filter((one) => one.type === type));
  return best[0]?.address;
}

const urlOf = (address: string, port: number): string =>
  address.includes(':') ? `http://[${address}]:${port}` : `http://${address}:${port}`;

function registry(): string {
  const given = process.env['IMAGE_REGISTRY'] ?? '';
  if (given !== '') return given;
  throw new Error(
    'an existing cluster pulls its images: set IMAGE_REGISTRY (registry.example/stock-analysis, say) to a place where you may ' +
      'push and its nodes may pull. It must not be a public one: the sample-data image is not to be published.',
  );
}

/**
 * The cluster of the current kube context. Nothing is installed into it but the platform, and `down` leaves it alone.
 * Where this project is developed there is no second cluster: it has been run against the local one, in place of another,
 * with a registry on the same machine.
 */
export const existing: Provider = {
  name: 'existing',
  kubeconfigPath,
  auditLogPath: () => {
    throw new Error(
      'the audit log of an existing cluster is out of reach; tests that count requests need CLUSTER_PROVIDER=local',
    );
  },
  isUp: async () => true,
  up: async () => {
    const context = await currentContext();
    const reason = looksLikeProduction(context);
    if (reason !== undefined && process.env['CLUSTER_ALLOW_PRODUCTION'] !== '1') {
      throw new Error(
        `the kube context ${context.context} looks like production: ${reason}. ` +
          'Choose another context, or set CLUSTER_ALLOW_PRODUCTION=1 if this is what you want.',
      );
    }
    say(`using the kube context ${context.context} (${context.server})`);
  },
  down: async () => say('an existing cluster is left as it is; remove the platform with helm uninstall'),
  requireDelivery: () => void registry(),
  deliver: (images) => pushImages(images, registry()),
  nameOf: (ref) => inRegistry(ref, registry()),
  nodePortUrl: async (kubectl, port) => {
    const { items } = await kubectl.get<{ items: readonly NodeView[] }>(['nodes']);
    const address = nodeAddress(items);
    if (address !== undefined) return urlOf(address, port);
    throw new Error(
      `no node of the cluster is Ready and has an address: node port ${port} cannot be reached; look at kubectl get nodes -o wide`,
    );
  },
};
