import type { OpenAPIObject } from '@nestjs/swagger';

/** What of a schema is read here. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly allOf?: readonly Schema[];
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly example?: unknown;
  readonly schema?: Schema;
}

interface Described {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
}

export interface Operation {
  /** `GET /api/v1/bars/{symbol}` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Fields of the body and a value that each may have; undefined where there is no body. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

function sampleOf(schema: Schema | undefined): unknown {
  if (schema === undefined) return 'x';
  const given = schema.example ?? schema.default ?? schema.enum?.[0];
  if (given !== undefined) return given;
  if (schema.format === 'uuid') return '00000000-0000-4000-8000-000000000000';
  if (schema.type === 'number' || schema.type === 'integer') return schema.minimum ?? 1;
  if (schema.type === 'boolean') return true;
  return schema.type === 'array' ? [sampleOf(schema.items)] : 'x';
}

function fieldsOf(document: OpenAPIObject, schema: Schema | undefined): Record<string, unknown> {
  const name = schema?.$ref?.split('/').at(-1);
  const named = name === undefined ? schema : (document.components?.schemas?.[name] as Schema | undefined);
  const own = Object.entries(named?.properties ?? {}).map(([field, value]) => [field, sampleOf(value)]);
  const inherited = (named?.allOf ?? []).map((part) => fieldsOf(document, part));
  return Object.assign({}, ...inherited, Object.fromEntries(own)) as Record<string, unknown>;
}

/** What the document describes, with a value for everything that must be given. */
export function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Readonly<Record<string, Described>>).map(([method, described]) => {
      const body = described.requestBody?.content?.['application/json']?.schema;
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        parameters: described.parameters ?? [],
        body: described.requestBody && fieldsOf(document, body),
      };
    }),
  );
}

/** Good answers are kept small: what is tried here is what comes in. */
const LIMIT = 'limit';

/**
 * The address of a good request, with `given` in place of its own values.
 * @param given values as they are to stand in the address, already encoded
 */
export function targetOf(operation: Operation, given: Readonly<Record<string, string>>): string {
  const valueOf = ({ name, example, schema }: Parameter): string =>
    given[name] ?? encodeURIComponent(String(example ?? sampleOf(schema)));
  const path = operation.parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce(
      (whole, parameter) => whole.replace(`{${parameter.name}}`, () => valueOf(parameter)),
      operation.path,
    );
  const query = operation.parameters
    .filter((one) => one.in === 'query' && (one.required === true || one.name in given || one.name === LIMIT))
    .map((one) => `${one.name}=${one.name === LIMIT ? (given[LIMIT] ?? '1') : valueOf(one)}`);
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}
