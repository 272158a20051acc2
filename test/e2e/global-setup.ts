import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { provider, toolPath } from '../../hack/cluster/index.ts';
import { ensurePackages } from '../../hack/lib/debian-packages.ts';
import { Kubectl } from '../../hack/deploy/kubectl.ts';
import type { StockAnalysisView } from '../../hack/deploy/platform.ts';
import { capture } from '../../hack/lib/shell.ts';
import { sharedClient } from '../support/kube-client.ts';
import { CHROMIUM } from '../browser/global-setup.ts';
import { installPrometheusOperator, removePrometheusOperator } from '../support/prometheus-operator.ts';

const SAMPLE = 'demo';

/**
 * Puts the platform on the local cluster with the program behind `make up`, in a namespace of its own. A cluster that
 * ran before stays; one that this run started is taken down again. It serves the kinds of prometheus-operator, though
 * not the operator itself, so that chart and operator make what monitors them.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = provider();
  const wasUp = await cluster.isUp();
  // The cluster's own packages are its provider's matter.
  await ensurePackages({
    ...CHROMIUM,
    prometheus: '/usr/bin/prometheus',
    'prometheus-alertmanager': '/usr/bin/prometheus-alertmanager',
  });
  const namespace = `stock-analysis-e2e-${randomBytes(3).toString('hex')}`;
  const kubectlProgram = await toolPath('kubectl');
  const kubeconfig = (await run(['hack/cluster/main.ts', 'kubeconfig'])).trim();
  const kubectl = new Kubectl(kubectlProgram, kubeconfig);
  const teardown = async (): Promise<void> => {
    await kubectl
      .run(['delete', 'stockanalysis', '--all', '-n', namespace, '--timeout=120s'])
      .catch(report('objects'));
    await kubectl.run(['delete', 'namespace', namespace, '--timeout=180s']).catch(report('namespace'));
    await removePrometheusOperator(sharedClient(kubeconfig)).catch(report('CRDs'));
    if (!wasUp) await cluster.down({ force: false });
  };
  try {
    await run(['hack/cluster/main.ts', 'up']);
    await installPrometheusOperator(sharedClient(kubeconfig));
    const url = urlIn(await run(['hack/up.ts', namespace]));
    mkdirSync('test-artifacts', { recursive: true });
    project.provide('kubeconfig', kubeconfig);
    project.provide('kubectlProgram', kubectlProgram);
    project.provide('auditLog', cluster.auditLogPath());
    project.provide('namespace', namespace);
    project.provide('sampleName', SAMPLE);
    project.provide('readySeconds', await secondsToReady(kubectl, namespace));
    project.provide('url', url);
  } catch (error) {
    await describeFailure(kubectl, namespace);
    await teardown();
    throw error;
  }
  return teardown;
}

/** What a program of ours prints on standard output; its progress is shown meanwhile. */
const run = (args: readonly string[]): Promise<string> =>
  capture(process.execPath, args, { endsWithUs: true, showsProgress: true });

/** The contract of `make up`: its last line is `url: …`. */
function urlIn(output: string): string {
  const url = /^url: (http:\/\/\S+)$/.exec(output.trimEnd().split('\n').at(-1) ?? '')?.[1];
  if (url === undefined) throw new Error(`the last line of hack/up.ts is no url: ${output}`);
  return url;
}

/** From `kubectl apply` to Ready, as the object itself says it: whole seconds. */
async function secondsToReady(kubectl: Kubectl, namespace: string): Promise<number> {
  const object = await kubectl.get<StockAnalysisView>(['stockanalysis', SAMPLE, '-n', namespace]);
  const ready = object.status?.conditions?.find((one) => one.type === 'Ready');
  if (!ready) throw new Error(`StockAnalysis ${namespace}/${SAMPLE} has no condition Ready`);
  return (Date.parse(ready.lastTransitionTime) - Date.parse(object.metadata.creationTimestamp)) / 1000;
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
