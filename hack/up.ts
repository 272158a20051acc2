/** `make up`: from whatever the machine has to a page that shows real bars. Every step says what it does and how long it took. */
import { provider, toolPath } from './cluster/index.ts';
import { Kubectl } from './deploy/kubectl.ts';
import {
  ensureNamespace,
  exposeOnLocalhost,
  installOperator,
  readSample,
  waitForBars,
  waitUntilReady,
  withImages,
} from './deploy/platform.ts';
import { say } from './lib/progress.ts';
import { buildImages } from './images/index.ts';
import { stringify } from 'yaml';

const NAMESPACE = 'stock-analysis';

async function main(): Promise<void> {
  const cluster = provider();
  await cluster.up();
  const images = await buildImages();
  await cluster.loadImages(images.archives);
  const kubeconfig = cluster.kubeconfigPath();
  const kubectl = new Kubectl(await toolPath('kubectl'), kubeconfig);
  await ensureNamespace(kubectl, NAMESPACE);
  await installOperator({
    helm: await toolPath('helm'),
    kubeconfig,
    namespace: NAMESPACE,
    images: images.refs,
  });
  const sample = withImages(readSample('minimal.yaml', NAMESPACE), images.refs);
  const name = (sample['metadata'] as { name: string }).name;
  say(`applying manifests/samples/minimal.yaml: StockAnalysis ${NAMESPACE}/${name}`);
  await kubectl.apply(stringify(sample));
  await waitUntilReady(kubectl, { namespace: NAMESPACE, name }, 300_000);
  const url = await exposeOnLocalhost(kubectl, { namespace: NAMESPACE, name });
  await waitForBars(url);
  say('real bars are being served');
  console.log(`url: ${url}`);
}

try {
  await main();
} catch (error) {
  // The message says what failed and what to do; a stack would bury it.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
