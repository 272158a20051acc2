import type { OpenAPIObject } from '@nestjs/swagger';
import { hostileBodies } from './hostile-bodies.ts';
import { brokenMessages, type Draft, type HostileRequest, render } from './hostile-messages.ts';
import { ENCODED, FORGED_HEADERS, TEXTS, type Values } from './hostile-values.ts';
import { type Operation, operationsOf, type Parameter, targetOf } from './operations.ts';
import type { PrincipalHeaders } from './principals.ts';
import { seeded } from './seeded.ts';

export interface HostileOptions {
  readonly seed: number;
  /** Who they come from, in turn; without any: nobody. */
  readonly senders?: readonly PrincipalHeaders[];
  /** How many values each parameter gets, of all there are. */
  readonly perParameter?: number;
  readonly perOperation?: number;
}

type Random = () => number;

/** So many of the list, none twice, in a random order. */
export function draw<T>(list: readonly T[], count: number, random: Random): T[] {
  return list
    .map((value) => ({ value, rank: random() }))
    .toSorted((one, other) => one.rank - other.rank)
    .slice(0, count)
    .map(({ value }) => value);
}

const METHODS = ['PUT', 'PATCH', 'DELETE', 'POST', 'TRACE', 'PROPFIND', 'OPTIONS', 'HEAD', 'LOCK'];
const ANY_MARKER = 'marker';
const PER_PARAMETER = 4;
const PER_OPERATION = 4;

const encoded = (values: Values): Values => {
  return (marker) => values(marker).map(([kind, value]) => [kind, encode(value)] as const);
};

/** Lone surrogates have no encoding. */
function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

const IN_ADDRESSES: Values = (marker) => [...encoded(TEXTS)(marker), ...ENCODED(marker)];

/** A parameter with a value that it should not have. */
function parameterDrafts(operation: Operation, parameter: Parameter, count: number, random: Random): Draft[] {
  const kinds = IN_ADDRESSES(ANY_MARKER).map((_value, index) => index);
  return draw(kinds, count, random).map((index) => ({
    what: `${operation.name} ${parameter.in} ${parameter.name}: ${IN_ADDRESSES(ANY_MARKER)[index]?.[0]}`,
    method: operation.method,
    target: (marker) => targetOf(operation, { [parameter.name]: IN_ADDRESSES(marker)[index]?.[1] ?? '' }),
  }));
}

/** Queries with names that nobody knows, or that come twice. */
function queryDrafts(operation: Operation): Draft[] {
  const first = operation.parameters.find((parameter) => parameter.in === 'query')?.name ?? 'x';
  const queries: readonly (readonly [string, (marker: string) => string])[] = [
    ['unknown name', (marker) => `${encode(`<b>${marker}`)}=1`],
    ['twice', (marker) => `${first}=${marker}&${first}=2`],
    ['brackets', (marker) => `${first}[]=${marker}&${first}[a][b]=1`],
    ['prototype', (marker) => `__proto__[admin]=${marker}&constructor[prototype][admin]=1`],
    ['a thousand names', (marker) => Array.from({ length: 1_000 }, (_, at) => `${marker}${at}=1`).join('&')],
    ['no name', (marker) => `=${marker}&&&=&%00=1`],
    ['a second question mark', (marker) => `a?b=${marker}#c`],
    ['other letters', (marker) => `${first.toUpperCase()}=${marker}`],
  ];
  return queries.map(([kind, query]) => ({
    what: `${operation.name} query: ${kind}`,
    method: operation.method,
    target: (marker) => {
      const target = targetOf(operation, {});
      return `${target}${target.includes('?') ? '&' : '?'}${query(marker)}`;
    },
  }));
}

function headerDrafts(operation: Operation): Draft[] {
  return FORGED_HEADERS(ANY_MARKER).map(([name], index) => ({
    what: `${operation.name} header: ${name} (${index})`,
    method: operation.method,
    target: () => targetOf(operation, {}),
    headers: (marker) => [[name, FORGED_HEADERS(marker)[index]?.[1] ?? '']],
  }));
}

function methodDrafts(operation: Operation): Draft[] {
  return METHODS.filter((method) => method !== operation.method).map((method) => ({
    what: `${operation.name} method: ${method}`,
    method,
    target: () => targetOf(operation, {}),
  }));
}

/** The path written in ways that a router may take for another one. */
function pathDrafts(operation: Operation): Draft[] {
  const paths: readonly (readonly [string, (path: string, marker: string) => string])[] = [
    ['two slashes', (path) => `/${path}`],
    ['dots', (path) => path.replace('/api/', '/api/./v1/../')],
    ['encoded dots', (path) => `/%2e%2e${path}/%2e%2e`],
    ['backslash', (path) => path.replaceAll('/', String.raw`\ `.trim())],
    ['capitals', (path) => path.toUpperCase()],
    ['below', (path, marker) => `${path}/${marker}/..;/admin`],
    ['absolute', (path, marker) => `http://${marker}.example${path}`],
    ['path parameter', (path, marker) => `${path};jsessionid=${marker}`],
  ];
  return paths.map(([kind, write]) => ({
    what: `${operation.name} path: ${kind}`,
    method: operation.method,
    target: (marker) => write(targetOf(operation, {}), marker),
  }));
}

/**
 * Hostile requests for every operation of the document: each parameter with values that it should not have, and each
 * operation with wrong queries, headers, methods, paths and bodies; beside them messages that break HTTP itself. The same
 * seed and document give the same requests.
 */
export function hostileRequests(document: OpenAPIObject, options: HostileOptions): HostileRequest[] {
  const { seed, senders = [{}], perParameter = PER_PARAMETER, perOperation = PER_OPERATION } = options;
  const random = seeded(seed);
  const drafts = operationsOf(document).flatMap((operation) => {
    const parameters = operation.parameters.flatMap((parameter) =>
      parameterDrafts(operation, parameter, perParameter, random),
    );
    const wrong = [queryDrafts, headerDrafts, methodDrafts, pathDrafts].flatMap((make) => make(operation));
    const bodies = hostileBodies(operation, (list, count) => draw(list, count, random));
    return parameters.concat(draw(wrong, perOperation, random), bodies);
  });
  const all = [...drafts, ...brokenMessages()];
  return all.map((draft, at) => {
    const sender = senders[at % senders.length] ?? {};
    return render(draft, { id: `hostile-${seed}-${at}`, marker: `mk${seed}x${at}q`, sender });
  });
}
