/**
 * `make up`: from whatever the machine has to a page that shows real bars. Every step says what it does and how long it
 * took; the last line on standard output is `url: …`.
 *
 * usage: up.ts [NAMESPACE]   where chart and sample go, stock-analysis without it
 */
import { mkdirSync } from 'node:fs';
import { stringify } from 'yaml';
import { provider, toolPath } from './cluster/index.ts';
import { Kubectl } from './deploy/kubectl.ts';
import { installOperator } from './deploy/operator.ts';
import {
  ensureNamespace,
  exposeServer,
  readSample,
  waitForBars,
  waitUntilReady,
  withImages,
} from './deploy/platform.ts';
import { buildImages, refsOf } from './images/index.ts';
import { withLock } from './lib/lock.ts';
import { cloneState } from './lib/paths.ts';
import { say } from './lib/progress.ts';

async function up(namespace: string): Promise<void> {
  const cluster = provider();
  cluster.requireDelivery();
  await cluster.up();
  const built = await buildImages();
  await cluster.deliver(Object.values(built));
  const images = await refsOf(built, (ref) => cluster.nameOf(ref));
  const kubeconfig = cluster.kubeconfigPath();
  const kubectl = new Kubectl(await toolPath('kubectl'), kubeconfig);
  await ensureNamespace(kubectl, namespace);
  await installOperator({ kubectl, kubeconfig, namespace, images });
  const sample = withImages(readSample('minimal.yaml', namespace), images);
  const ref = { namespace, name: (sample['metadata'] as { name: string }).name };
  say(`applying manifests/samples/minimal.yaml: StockAnalysis ${namespace}/${ref.name}`);
  await kubectl.apply(stringify(sample));
  await waitUntilReady(kubectl, ref, 300_000);
  const port = await exposeServer(kubectl, ref, cluster.fixedNodePort);
  const url = await cluster.nodePortUrl(kubectl, port);
  await waitForBars(url);
  say('real bars are being served');
  console.log(`url: ${url}`);
}

async function main(namespace = 'stock-analysis'): Promise<void> {
  mkdirSync(cloneState(), { recursive: true });
  // Two at once would take each other's helm for one that was killed.
  const holder = `\`make up\` (pid ${process.pid})`;
  await withLock(cloneState('up.lock'), { holder }, () => up(namespace));
}

try {
  await main(process.argv[2]);
} catch (error) {
  // The message says what failed and what to do; a stack would bury it.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
