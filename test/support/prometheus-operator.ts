/** The CRDs of prometheus-operator, from its own module: they come and go as whoever installs and removes it has them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { ensureGo } from '../../hack/cluster/go.ts';
import { capture } from '../../hack/lib/shell.ts';
import { CRD_PATH, createCRD, type CustomResourceDefinition } from './crd.ts';
import type { KubeClient } from './kube-client.ts';
import { eventually } from './wait.ts';

/** Those that the operator and its chart ask for. */
const KINDS = ['prometheusrules', 'podmonitors', 'servicemonitors'] as const;
type Kind = (typeof KINDS)[number];

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

export async function installPrometheusOperator(
  client: KubeClient,
  kinds: readonly Kind[] = KINDS,
): Promise<void> {
  for (const kind of kinds) await createCRD(client, await definitionOf(kind));
}

/** `podmonitors.monitoring.coreos.com` → `Namespaced` or `Cluster`. */
export async function prometheusOperatorScopes(): Promise<ReadonlyMap<string, string>> {
  const definitions = await Promise.all(KINDS.map(definitionOf));
  return new Map(definitions.map(({ metadata, spec }) => [metadata.name, spec.scope]));
}

/** With them go all of their objects. */
export async function removePrometheusOperator(client: KubeClient): Promise<void> {
  for (const kind of KINDS) await client.delete(`${CRD_PATH}/${nameOf(kind)}`);
  await eventually({ what: 'the CRDs of prometheus-operator to be gone', timeoutMs: 60_000 }, async () => {
    const left = await Promise.all(KINDS.map((kind) => client.find(`${CRD_PATH}/${nameOf(kind)}`)));
    return left.every((one) => one === undefined) || undefined;
  });
}
