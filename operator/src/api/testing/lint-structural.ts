import type { SchemaNode } from '../structural.ts';

const FORBIDDEN = [
  '$ref',
  '$schema',
  '$defs',
  'const',
  'definitions',
  'dependencies',
  'deprecated',
  'discriminator',
  'id',
  'patternProperties',
  'propertyNames',
  'readOnly',
  'writeOnly',
  'oneOf',
  'allOf',
  'not',
  'exclusiveMinimum',
  'exclusiveMaximum',
];

function lintBounds(node: SchemaNode, path: string): string[] {
  const unboundedString = node.type === 'string' && node.maxLength === undefined && node.enum === undefined;
  return [
    ...(unboundedString ? [`${path}: string without maxLength`] : []),
    ...(node.type === 'array' && node.maxItems === undefined ? [`${path}: array without maxItems`] : []),
    ...(node.additionalProperties !== undefined && node.maxProperties === undefined
      ? [`${path}: map without maxProperties`]
      : []),
  ];
}

/**
 * Violations of what the API server calls a structural schema, and of our own rule that everything is bounded (CEL
 * cost is estimated from bounds) and described.
 */
export function lintStructural(node: SchemaNode, path = ''): string[] {
  const intOrString = node['x-kubernetes-int-or-string'] === true;
  const here = [
    ...(!intOrString && typeof node.type !== 'string' ? [`${path}: no type`] : []),
    ...FORBIDDEN.filter((key) => key in node).map((key) => `${path}: ${key} is not structural`),
    ...('anyOf' in node && !intOrString ? [`${path}: anyOf outside of int-or-string`] : []),
    ...(node.uniqueItems === true ? [`${path}: uniqueItems`] : []),
    ...(node.additionalProperties === false ? [`${path}: additionalProperties: false`] : []),
    ...(node.properties && node.additionalProperties
      ? [`${path}: properties beside additionalProperties`]
      : []),
    ...lintBounds(node, path),
  ];
  const children = [
    ...Object.entries(node.properties ?? {}).flatMap(([name, child]) => lintMember(child, `${path}.${name}`)),
    ...(typeof node.additionalProperties === 'object'
      ? lintStructural(node.additionalProperties, `${path}.*`)
      : []),
    ...(node.items ? lintStructural(node.items, `${path}[]`) : []),
  ];
  return [...here, ...children];
}

function lintMember(node: SchemaNode, path: string): string[] {
  const found = lintStructural(node, path);
  return node.description ? found : [`${path}: no description`].concat(found);
}
