import { gzipSync } from 'node:zlib';
import type { Draft } from './hostile-messages.ts';
import { JSON_VALUES } from './hostile-values.ts';
import { type Operation, targetOf } from './operations.ts';
import type { Part } from './raw-http.ts';

type Draw = <T>(list: readonly T[], count: number) => T[];

const ANY_MARKER = 'marker';
const PER_FIELD = 3;
const PER_BODY = 6;
/** Above the body limit of 100 kB, below what would only be slow. */
const TOO_LARGE = 300_000;
/** 20 MB of blanks are 20 kB of gzip. */
const BOMB = gzipSync(Buffer.alloc(20_000_000, ' '));
const DRIPS = 10;
const DRIP_MS = 100;

const JSON_TYPE = ['Content-Type', 'application/json'] as const;

/** A body as JSON text, from the text of each value. */
const objectOf = (fields: Readonly<Record<string, string>>): string =>
  `{${Object.entries(fields)
    .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
    .join()}}`;

const textsOf = (body: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [name, JSON.stringify(value)]));

/** Every field with values of other types, sizes and meanings. */
function fieldDrafts(operation: Operation, body: Readonly<Record<string, unknown>>, draw: Draw): Draft[] {
  const kinds = JSON_VALUES(ANY_MARKER).map((_value, index) => index);
  return Object.keys(body).flatMap((field) =>
    draw(kinds, PER_FIELD).map((index) => ({
      what: `${operation.name} body ${field}: ${JSON_VALUES(ANY_MARKER)[index]?.[0]}`,
      method: operation.method,
      target: () => targetOf(operation, {}),
      headers: () => [JSON_TYPE],
      body: (marker) => objectOf({ ...textsOf(body), [field]: JSON_VALUES(marker)[index]?.[1] ?? 'null' }),
    })),
  );
}

/** Bodies that are wrong as a whole. */
function wholeBodies(good: string): readonly (readonly [string, (marker: string) => string | Buffer])[] {
  const rest = good.length > 2 ? `,${good.slice(1)}` : '}';
  return [
    ['cut off', () => good.slice(0, -1)],
    ['two of them', () => good + good],
    ['no JSON', (marker) => `<xml>${marker}</xml>`],
    ['comment', (marker) => `/* ${marker} */ ${good}`],
    ['a list', () => `[${good}]`],
    ['a text', (marker) => JSON.stringify(marker)],
    ['a number', () => '1'],
    ['null', () => 'null'],
    ['byte order mark', () => `\ufeff${good}`],
    ['UTF-16', () => Buffer.from(good, 'utf16le')],
    ['no UTF-8', () => Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['unknown field', (marker) => `{"${marker}":1${rest}`],
    ['role', (marker) => `{"role":"admin","isAdmin":true,"id":"${marker}"${rest}`],
    ['prototype', (marker) => `{"__proto__":{"admin":"${marker}"}${rest}`],
    ['constructor', (marker) => `{"constructor":{"prototype":{"admin":"${marker}"}}${rest}`],
    ['same key twice', (marker) => `{"reason":"${marker}","reason":"x","kind":1,"kind":2${rest}`],
    ['deep', () => `{"a":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}}`],
    ['deep list', () => '['.repeat(40_000) + ']'.repeat(40_000)],
    ['many fields', () => `{${Array.from({ length: 5_000 }, (_, at) => `"k${at}":0`).join()}}`],
    ['too large', (marker) => `{"x":"${marker.repeat(TOO_LARGE / marker.length)}"${rest}`],
  ];
}

const TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/json; charset=utf-7',
  'application/json; charset="',
  'application/vnd.api+json',
  'APPLICATION/JSON;;;',
  `application/${'x'.repeat(2_000)}`,
  '',
];

/** The same body under headers that say something else about it. */
function headerBodies(
  good: string,
): readonly Pick<Draft, 'what' | 'headers' | 'body' | 'rawLength' | 'ending'>[] {
  return [
    ...TYPES.map((type) => ({
      what: `type ${type.slice(0, 40)}`,
      headers: () => [['Content-Type', type] as const],
      body: () => good,
    })),
    {
      what: 'no gzip',
      headers: () => [JSON_TYPE, ['Content-Encoding', 'gzip'] as const],
      body: () => good,
    },
    {
      what: 'gzip bomb',
      headers: () => [JSON_TYPE, ['Content-Encoding', 'gzip'] as const],
      body: () => BOMB,
    },
    {
      what: 'unknown encoding',
      headers: (marker) => [JSON_TYPE, ['Content-Encoding', marker] as const],
      body: () => good,
    },
    {
      what: 'shorter than said',
      headers: () => [JSON_TYPE],
      body: () => good,
      rawLength: good.length + 50,
      ending: 'half-closed',
    },
    { what: 'longer than said', headers: () => [JSON_TYPE], body: () => good, rawLength: 1 },
  ];
}

/** A byte at a time: to the end, or until the client goes away. */
function slowDrafts(operation: Operation, good: string): Draft[] {
  const bytes = Buffer.from(good.padEnd(DRIPS, ' '));
  const drip = Array.from({ length: DRIPS }, (_, at): Part[] => [bytes.subarray(at, at + 1), DRIP_MS]).flat();
  const base = {
    method: operation.method,
    target: () => targetOf(operation, {}),
    headers: () => [JSON_TYPE],
  };
  return [
    {
      ...base,
      what: `${operation.name} body: slow`,
      rawLength: bytes.length,
      after: [...drip, bytes.subarray(DRIPS)],
    },
    { ...base, what: `${operation.name} body: given up`, rawLength: 1_000, after: drip, ending: 'reset' },
  ];
}

/** Hostile bodies of an operation; one that takes none gets a few as well. */
export function hostileBodies(operation: Operation, draw: Draw): Draft[] {
  const { body = {} } = operation;
  const good = objectOf(textsOf(body));
  const target = (): string => targetOf(operation, {});
  const { method } = operation;
  const whole = wholeBodies(good).map(([kind, write]): Draft => ({
    what: `${operation.name} body: ${kind}`,
    method,
    target,
    headers: () => [JSON_TYPE],
    body: write,
  }));
  const typed = headerBodies(good).map((one): Draft =>
    Object.assign({}, one, { what: `${operation.name} body: ${one.what}`, method, target }),
  );
  if (operation.body === undefined) return draw([...whole, ...typed], 2);
  return [
    ...fieldDrafts(operation, body, draw),
    ...draw([...whole, ...typed], PER_BODY),
    ...slowDrafts(operation, good),
  ];
}
