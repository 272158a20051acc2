import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { stringify } from 'yaml';
import { provider, toolPath } from '../../hack/cluster/index.ts';
import { ensurePackages } from '../../hack/lib/debian-packages.ts';
import { Kubectl } from '../../hack/deploy/kubectl.ts';
import {
  ensureNamespace,
  exposeOnLocalhost,
  installOperator,
  readSample,
  waitForBars,
  waitUntilReady,
} from '../../hack/deploy/platform.ts';
import { elapsedSeconds } from '../../hack/lib/progress.ts';
import { buildImages } from '../../hack/images/index.ts';

/**
 * Puts the platform on the local cluster, in a namespace of its own, exactly as `make up` does it. A cluster that ran
 * before stays; one that this run started is taken down again.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = provider();
  const wasUp = await cluster.isUp();
  // What the page is looked at with; the cluster's own packages are its provider's matter.
  await ensurePackages({ chromium: '/usr/bin/chromium', 'fonts-noto-cjk': '/usr/share/fonts/opentype/noto' });
  await cluster.up();
  const kubeconfig = cluster.kubeconfigPath();
  const kubectlProgram = await toolPath('kubectl');
  const kubectl = new Kubectl(kubectlProgram, kubeconfig);
  const namespace = `stock-analysis-e2e-${randomBytes(3).toString('hex')}`;
  const teardown = async (): Promise<void> => {
    await kubectl
      .run(['delete', 'stockanalysis', '--all', '-n', namespace, '--timeout=120s'])
      .catch(report('objects'));
    await kubectl.run(['delete', 'namespace', namespace, '--timeout=180s']).catch(report('namespace'));
    if (!wasUp) await cluster.down({ force: false });
  };
  try {
    const images = await buildImages();
    await cluster.loadImages(images.archives);
    await ensureNamespace(kubectl, namespace);
    await installOperator({ helm: await toolPath('helm'), kubeconfig, namespace, images: images.refs });
    const sample = readSample('minimal.yaml', namespace);
    const sampleName = (sample['metadata'] as { name: string }).name;
    const applied = elapsedSeconds();
    await kubectl.apply(stringify(sample));
    await waitUntilReady(kubectl, { namespace, name: sampleName }, 300_000);
    const readySeconds = elapsedSeconds() - applied;
    const url = await exposeOnLocalhost(kubectl, { namespace, name: sampleName });
    await waitForBars(url);
    mkdirSync('test-artifacts', { recursive: true });
    project.provide('kubeconfig', kubeconfig);
    project.provide('kubectlProgram', kubectlProgram);
    project.provide('auditLog', cluster.auditLogPath());
    project.provide('namespace', namespace);
    project.provide('sampleName', sampleName);
    project.provide('readySeconds', readySeconds);
    project.provide('url', url);
  } catch (error) {
    await describeFailure(kubectl, namespace);
    await teardown();
    throw error;
  }
  return teardown;
}

const report = (what: string) => (error: unknown) => {
  console.error(`tear-down of the ${what}: ${String(error)}`);
};

async function describeFailure(kubectl: Kubectl, namespace: string): Promise<void> {
  for (const args of [
    ['get', 'pods,pvc,jobs,stockanalyses', '-o', 'wide'],
    ['get', 'events', '--sort-by=.lastTimestamp'],
    ['logs', 'deployment/stock-analysis-operator', '--tail=60'],
  ]) {
    console.error(await kubectl.run([...args, '-n', namespace]).catch(String));
  }
}
