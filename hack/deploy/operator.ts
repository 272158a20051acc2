import { stringify } from 'yaml';
import { CHART, RELEASE } from '../charts/install-manifest.ts';
import { helmProgram } from '../charts/helm.ts';
import type { ImageRefs } from '../images/index.ts';
import { say } from '../lib/progress.ts';
import { capture } from '../lib/shell.ts';
import type { Kubectl } from './kubectl.ts';

export function splitReference(ref: string): { repository: string; tag: string } {
  const colon = ref.lastIndexOf(':');
  return { repository: ref.slice(0, colon), tag: ref.slice(colon + 1) };
}

/**
 * Drops the record of a revision whose helm was killed: it stays pending for ever, and helm refuses every later upgrade
 * with "another operation is in progress". The next one starts from the last revision that ended, and takes over what
 * the dropped one had made. To be called where no helm of ours can still run: a run kills its helm when it ends.
 */
export async function dropPendingRevisions(kubectl: Kubectl, namespace: string): Promise<void> {
  const states = ['pending-install', 'pending-upgrade', 'pending-rollback'].join(', ');
  const selector = `owner=helm,name=${RELEASE},status in (${states})`;
  const dropped = await kubectl.run(['delete', 'secrets', '-n', namespace, '-l', selector, '-o', 'name']);
  // Where there is none, kubectl says so on the same channel.
  for (const secret of dropped.split('\n').filter((line) => line.startsWith('secret/')))
    say(`dropped ${secret}: the record of an installation that was killed`);
}

/** Installs or upgrades the chart and waits until the operator answers its readiness probe. */
export async function installOperator(options: {
  kubectl: Kubectl;
  kubeconfig: string;
  namespace: string;
  images: ImageRefs;
}): Promise<void> {
  const { kubectl, kubeconfig, namespace, images } = options;
  await dropPendingRevisions(kubectl, namespace);
  say(`installing the chart ${CHART} into namespace ${namespace}`);
  const values = {
    image: { ...splitReference(images.operator), pullPolicy: 'IfNotPresent' },
    relatedImages: {
      app: images.app,
      postgres: images.postgres,
      sampleData: images.sampleData,
      aktools: images.aktools,
    },
  };
  await capture(
    await helmProgram(),
    [
      ...['upgrade', '--install', RELEASE, CHART, '--kubeconfig', kubeconfig, '--namespace', namespace],
      ...['--values', '-', '--wait', '--take-ownership', '--timeout', '3m'],
    ],
    { input: stringify(values), endsWithUs: true },
  );
}
