/** Installs the generated CRDs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { KubeClient } from './kube-client.ts';
import type { Condition, KubeObject } from './kube-objects.ts';
import { eventually } from './wait.ts';

const FOLDER = fileURLToPath(new URL('../../crds', import.meta.url));
export const CRD_PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode;
  readonly 'x-kubernetes-validations'?: readonly { readonly message?: string }[];
}

export type CustomResourceDefinition = KubeObject & {
  readonly spec: {
    readonly scope: string;
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: SchemaNode } }[];
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
};

export function readCRDs(): readonly CustomResourceDefinition[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
  return files.map((name) => {
    const definition: CustomResourceDefinition = parse(readFileSync(join(FOLDER, name), 'utf8'));
    return definition;
  });
}

/** Creates all CRDs of crds/ and waits until the API server serves them. */
export async function installCRD(client: KubeClient): Promise<void> {
  const definitions = readCRDs();
  if (definitions.length === 0) throw new Error(`${FOLDER} holds no CRD: run make generate`);
  for (const definition of definitions) await createCRD(client, definition);
}

/** Creates one and waits until the API server serves it. */
export async function createCRD(client: KubeClient, definition: CustomResourceDefinition): Promise<void> {
  await client.create(CRD_PATH, definition);
  const { name } = definition.metadata;
  await eventually({ what: `the CRD ${name} to be established`, timeoutMs: 20_000 }, async () => {
    const { status } = await client.get<CustomResourceDefinition>(`${CRD_PATH}/${name}`);
    return (
      status?.conditions?.some(
        (condition) => condition.type === 'Established' && condition.status === 'True',
      ) || undefined
    );
  });
}
