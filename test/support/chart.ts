/** Renders the chart with the real helm program. */
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { helmProgram } from '../../hack/charts/helm.ts';
import { CHART, RELEASE } from '../../hack/charts/install-manifest.ts';
import { capture } from '../../hack/lib/shell.ts';

const Rule = z.strictObject({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  verbs: z.array(z.string()),
  resourceNames: z.array(z.string()).optional(),
});

const Rendered = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  rules: z.array(Rule).optional(),
});

export type RenderedObject = z.infer<typeof Rendered>;

/** An object of whatever origin, with the members that tell what it is. */
export const parseObject = (value: unknown): RenderedObject => Rendered.parse(value);

/** Objects of `helm template` with values over the chart's own, for a cluster that serves `apis` too; rejects with helm's message when the values are refused. */
export async function renderChart(
  values: unknown = {},
  namespace = 'stock-analysis',
  apis: readonly string[] = [],
): Promise<readonly RenderedObject[]> {
  const served = apis.flatMap((api) => ['--api-versions', api]);
  const args = ['template', RELEASE, CHART, '--namespace', namespace, ...served, '--values', '-'];
  return parseManifests(await helm(args, values));
}

/** All objects of a manifest; a document that is no YAML or no object fails. */
export function parseManifests(text: string): readonly RenderedObject[] {
  return parseAllDocuments(text, { strict: true }).map((document) => {
    const [error] = document.errors;
    if (error) throw error;
    return parseObject(document.toJS());
  });
}

export async function helm(args: readonly string[], values?: unknown): Promise<string> {
  return capture(await helmProgram(), args, values === undefined ? {} : { input: stringify(values) });
}

/** `Kind namespace/name` of every object, sorted. */
export function inventory(objects: readonly RenderedObject[]): string[] {
  return objects
    .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '(cluster)'}/${metadata.name}`)
    .sort();
}

export function findObject(objects: readonly RenderedObject[], kind: string, name: string): RenderedObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`the chart renders no ${kind} ${name}: ${inventory(objects).join(', ')}`);
  return found;
}
