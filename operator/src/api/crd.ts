import {
  CATEGORY,
  GROUP,
  KIND,
  PLURAL,
  SHORT_NAME,
  SINGULAR,
  VERSION,
  canonicalJson,
  contentHash,
} from '../naming/index.ts';
import { structuralSchema, type SchemaNode } from './structural.ts';
import { OBJECT_RULES, specSchema, statusSchema } from './v1alpha1/index.ts';

interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  /** 1: shown with `-o wide` only. */
  readonly priority?: 1;
}

const condition = (type: string, field: string): string =>
  `.status.conditions[?(@.type=="${type}")].${field}`;

const COLUMNS: readonly PrinterColumn[] = [
  {
    name: 'Ready',
    type: 'string',
    jsonPath: condition('Ready', 'status'),
    description: 'Whether the platform serves.',
  },
  {
    name: 'Reason',
    type: 'string',
    jsonPath: condition('Ready', 'reason'),
    description: 'Why it does or does not.',
  },
  { name: 'Server', type: 'integer', jsonPath: '.status.replicas', description: 'Number of server pods.' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Time since creation.' },
  {
    name: 'Message',
    type: 'string',
    jsonPath: condition('Ready', 'message'),
    description: 'Next step.',
    priority: 1,
  },
  {
    name: 'Image',
    type: 'string',
    jsonPath: '.status.image.app.reference',
    description: 'Image in use.',
    priority: 1,
  },
  {
    name: 'Postgres',
    type: 'string',
    jsonPath: '.status.database.version',
    description: 'Database version.',
    priority: 1,
  },
];

const HASH_PREFIX = 'Schema hash: ';

function objectSchema(): SchemaNode {
  return {
    description: '',
    type: 'object',
    properties: {
      apiVersion: { description: 'Group and version of this object.', type: 'string' },
      kind: { description: 'Kind of this object.', type: 'string' },
      metadata: { type: 'object' },
      spec: structuralSchema(specSchema),
      status: structuralSchema(statusSchema),
    },
    'x-kubernetes-validations': [...OBJECT_RULES],
  };
}

/**
 * Hash of the schema that this operator was built with. It stands in the description of the installed schema, which
 * any account may read through /openapi/v3, so the operator can tell an outdated CRD without any cluster-wide right.
 */
export function schemaHash(): string {
  return contentHash(canonicalJson(objectSchema()));
}

/** The hash that an installed schema's description carries, undefined where it carries none. */
export function schemaHashIn(description: string): string | undefined {
  return /Schema hash: ([0-9a-f]+)/.exec(description)?.[1];
}

/** The CustomResourceDefinition as a plain object. */
export function stockAnalysisCrd(): Record<string, unknown> {
  const schema = objectSchema();
  schema.description =
    'StockAnalysis is a complete stock analysis platform: application, database, credentials and schema. ' +
    `${HASH_PREFIX}${schemaHash()}`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${PLURAL}.${GROUP}` },
    spec: {
      group: GROUP,
      names: {
        kind: KIND,
        listKind: `${KIND}List`,
        plural: PLURAL,
        singular: SINGULAR,
        shortNames: [SHORT_NAME],
        categories: [CATEGORY],
      },
      scope: 'Namespaced',
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: {
            status: {},
            scale: {
              specReplicasPath: '.spec.server.replicas',
              statusReplicasPath: '.status.replicas',
              labelSelectorPath: '.status.selector',
            },
          },
          additionalPrinterColumns: COLUMNS,
          schema: { openAPIV3Schema: schema },
        },
      ],
    },
  };
}
