/** The CRDs of prometheus-operator, from its own module: they come and go as whoever installs and removes it has them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { ensureGo } from '../../hack/cluster/go.ts';
import { capture } from '../../hack/lib/shell.ts';
import { CRD_PATH, createCRD, type CustomResourceDefinition } from './crd.ts';
import type { KubeClient } from './kube-client.ts';
import type { KubeObject } from './kube-objects.ts';
import { eventually } from './wait.ts';

/** Those that the operator and its chart ask for. */
const KINDS = ['prometheusrules', 'podmonitors', 'servicemonitors'] as const;
type Kind = (typeof KINDS)[number];

/** By which what was installed here is told from a prometheus-operator that somebody uses. */
const OURS = { 'app.kubernetes.io/managed-by': 'stock-analysis-tests' };

const nameOf = (kind: Kind): string => `${kind}.monitoring.coreos.com`;

const MODULE = 'github.com/prometheus-operator/prometheus-operator';
const PINNED_IN = fileURLToPath(new URL('../../hack/cluster/go/prometheus-operator-crds', import.meta.url));

/** Folder of the module's files, fetched first when it is not there. Go compares them with go.sum. */
async function sources(): Promise<string> {
  await ensureGo();
  const options = { cwd: PINNED_IN, env: { GOFLAGS: '' } };
  const answer = await capture('go', ['mod', 'download', '-json', MODULE], options);
  const { Dir: folder }: { readonly Dir?: string } = JSON.parse(answer);
  if (folder === undefined) throw new Error(`go mod download gave no folder of ${MODULE}`);
  return folder;
}

async function definitionOf(kind: Kind): Promise<CustomResourceDefinition> {
  const folder = await sources();
  const file = join(folder, 'example/prometheus-operator-crd', `monitoring.coreos.com_${kind}.yaml`);
  const definition: CustomResourceDefinition = parse(await readFile(file, 'utf8'));
  return definition;
}

/** Those that are there already stay as they are, whoever brought them. */
export async function installPrometheusOperator(
  client: KubeClient,
  kinds: readonly Kind[] = KINDS,
): Promise<void> {
  for (const kind of kinds) {
    if (await client.find(`${CRD_PATH}/${nameOf(kind)}`)) continue;
    const { metadata, ...rest } = await definitionOf(kind);
    await createCRD(client, { ...rest, metadata: { ...metadata, labels: { ...metadata.labels, ...OURS } } });
  }
}

/** `podmonitors.monitoring.coreos.com` → `Namespaced` or `Cluster`. */
export async function prometheusOperatorScopes(): Promise<ReadonlyMap<string, string>> {
  const definitions = await Promise.all(KINDS.map(definitionOf));
  return new Map(definitions.map(({ metadata, spec }) => [metadata.name, spec.scope]));
}

/** Removes what {@link installPrometheusOperator} brought, in this run or in one that was killed, with all of its objects. */
export async function removePrometheusOperator(client: KubeClient): Promise<void> {
  const selector = new URLSearchParams({
    labelSelector: Object.entries(OURS)
      .map((label) => label.join('='))
      .join(','),
  });
  const installed = (): Promise<readonly KubeObject[]> => client.list(`${CRD_PATH}?${selector.toString()}`);
  for (const { metadata } of await installed()) await client.delete(`${CRD_PATH}/${metadata.name}`);
  await eventually({ what: 'the CRDs of prometheus-operator to be gone', timeoutMs: 60_000 }, async () =>
    (await installed()).length === 0 ? true : undefined,
  );
}
