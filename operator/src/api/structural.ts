import { z } from 'zod';
import type { ValidationRule } from './v1alpha1/index.ts';

/** A node of an OpenAPI v3 schema as a CustomResourceDefinition takes it. */
export interface SchemaNode {
  type?: string;
  description?: string;
  properties?: Record<string, SchemaNode>;
  additionalProperties?: SchemaNode | boolean;
  items?: SchemaNode;
  anyOf?: SchemaNode[];
  required?: string[];
  'x-kubernetes-validations'?: readonly ValidationRule[];
  [key: string]: unknown;
}

const SAFE = Number.MAX_SAFE_INTEGER;

/** Key order of the generated YAML: what a reader looks for first stands first. */
const ORDER = ['description', 'type', 'format', 'default', 'enum', 'required'];

function rank(key: string): number {
  const index = ORDER.indexOf(key);
  return index < 0 ? ORDER.length : index;
}

function dropSafeIntegerBounds(node: SchemaNode): void {
  if (node.minimum === -SAFE) delete node.minimum;
  if (node.maximum === SAFE) delete node.maximum;
  if (node.type === 'integer') node.format ??= 'int64';
}

/** The API server accepts exactly this pair beside the marker, and bounds only outside of it. */
function normaliseIntOrString(node: SchemaNode): void {
  delete node.type;
  node.anyOf = [{ type: 'integer' }, { type: 'string' }];
}

function inOrder(node: SchemaNode): SchemaNode {
  const keys = Object.keys(node).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(keys.map((key) => [key, node[key]]));
}

function rewrite(node: SchemaNode): SchemaNode {
  const out: SchemaNode = { ...node };
  delete out.propertyNames;
  dropSafeIntegerBounds(out);
  if (out['x-kubernetes-int-or-string'] === true) {
    normaliseIntOrString(out);
    return inOrder(out);
  }
  if (out.additionalProperties === false) delete out.additionalProperties;
  if (out.properties) out.properties = mapValues(out.properties, rewrite);
  if (typeof out.additionalProperties === 'object')
    out.additionalProperties = rewrite(out.additionalProperties);
  if (out.items) out.items = rewrite(out.items);
  if (out.properties && isRecord(out['default'])) out['default'] = defaultsOf(out);
  return inOrder(out);
}

/**
 * The default of an object with those of its members written out: the API server checks it against the CEL rules of
 * the object before it fills in inner defaults.
 */
function defaultsOf(node: SchemaNode): Record<string, unknown> {
  const members = Object.entries(node.properties ?? {}).filter(([, child]) => child['default'] !== undefined);
  return Object.fromEntries(members.map(([name, child]) => [name, child['default']]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapValues<T, R>(record: Record<string, T>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

/** Structural schema of a zod schema: what `kubectl apply` is checked against is what the code parses. */
export function structuralSchema(schema: z.ZodType): SchemaNode {
  // Typed as any JSON Schema; from a zod object it is always a node with properties.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return rewrite(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as SchemaNode);
}
