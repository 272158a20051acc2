/** The CRDs of prometheus-operator, from its own module: they come and go as whoever installs and removes it has them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { sourceFolder } from '../../hack/cluster/go-sources.ts';
import { CRD_PATH, createCRD, type CustomResourceDefinition } from './crd.ts';
import type { KubeClient } from './kube-client.ts';
import { eventually } from './wait.ts';

/** Those that the operator and its chart ask for. */
const KINDS = ['prometheusrules', 'podmonitors', 'servicemonitors'] as const;
type Kind = (typeof KINDS)[number];

const nameOf = (kind: Kind): string => `${kind}.monitoring.coreos.com`;

export async function installPrometheusOperator(
  client: KubeClient,
  kinds: readonly Kind[] = KINDS,
): Promise<void> {
  const folder = await sourceFolder('prometheus-operator-crds');
  for (const kind of kinds) {
    const file = join(folder, 'example/prometheus-operator-crd', `monitoring.coreos.com_${kind}.yaml`);
    const definition: CustomResourceDefinition = parse(await readFile(file, 'utf8'));
    await createCRD(client, definition);
  }
}

/** With them go all of their objects. */
export async function removePrometheusOperator(client: KubeClient): Promise<void> {
  for (const kind of KINDS) await client.delete(`${CRD_PATH}/${nameOf(kind)}`);
  await eventually({ what: 'the CRDs of prometheus-operator to be gone', timeoutMs: 60_000 }, async () => {
    const left = await Promise.all(KINDS.map((kind) => client.find(`${CRD_PATH}/${nameOf(kind)}`)));
    return left.every((one) => one === undefined) || undefined;
  });
}
