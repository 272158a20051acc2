import type { Ending, Part } from './raw-http.ts';

type Header = readonly [name: string, value: string];

/** A request before it is bytes; `marker` is put in when it is rendered. */
export interface Draft {
  readonly what: string;
  readonly method: string;
  readonly target: (marker: string) => string;
  readonly headers?: (marker: string) => readonly Header[];
  readonly body?: (marker: string) => string | Buffer;
  /** What Content-Length says, where it is not the truth. */
  readonly rawLength?: number;
  /** Written after the head and the body. */
  readonly after?: readonly Part[];
  /** What the client does when it has written everything; it waits for its answer. */
  readonly ending?: Ending;
}

export interface HostileRequest {
  /** What it is, for whoever reads why a test failed. */
  readonly what: string;
  /** The X-Request-Id that it brings, if it brings a good one. */
  readonly id: string | undefined;
  /** A word that stands wherever a value of the client stands. */
  readonly marker: string;
  readonly parts: readonly Part[];
  readonly ending: Ending;
  /** The answer has no body. */
  readonly isHead: boolean;
}

/** What markers look like: seed and number of the request. */
export const MARKER = /mk\d+x\d+q/;

interface Rendering {
  readonly id: string;
  readonly marker: string;
  readonly sender: Readonly<Record<string, string>>;
}

/** Headers of `extra` replace those of the same name; what stands twice in `extra` stays twice. */
function mergeHeaders(base: readonly Header[], extra: readonly Header[]): Header[] {
  const replaced = new Set(extra.map(([name]) => name.toLowerCase()));
  return [...base.filter(([name]) => !replaced.has(name.toLowerCase())), ...extra];
}

export function render(draft: Draft, { id, marker, sender }: Rendering): HostileRequest {
  const body = draft.body?.(marker);
  const length = draft.rawLength ?? (body === undefined ? undefined : Buffer.byteLength(body));
  const extra = draft.headers?.(marker) ?? [];
  const headers = mergeHeaders(
    [
      ['Host', '127.0.0.1'],
      ['Connection', 'close'],
      ['X-Request-Id', id],
      ...Object.entries(sender),
      ...(length === undefined ? [] : [['Content-Length', String(length)] as const]),
    ],
    extra,
  );
  const head = [
    `${draft.method} ${draft.target(marker)} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n');
  const replacesId = extra.some(([name]) => name.toLowerCase() === 'x-request-id');
  return {
    what: draft.what,
    id: replacesId ? undefined : id,
    marker,
    parts: [
      Buffer.from(head, 'latin1'),
      ...(body === undefined ? [] : [Buffer.from(body as string)]),
      ...(draft.after ?? []),
    ],
    ending: draft.ending ?? 'waits',
    isHead: draft.method === 'HEAD',
  };
}

const LARGEST_HEADER = 20_000;
const PATH = '/api/v1/symbols?limit=1';

const get = (what: string, headers: (marker: string) => readonly Header[], target = PATH): Draft => ({
  what: `message: ${what}`,
  method: 'GET',
  target: () => target,
  headers,
});

const post = (
  what: string,
  headers: readonly Header[],
  after: readonly string[],
  ending: Ending = 'waits',
): Draft => ({
  what: `message: ${what}`,
  method: 'POST',
  target: () => '/api/v1/ingestions',
  headers: () => [['Content-Type', 'application/json'], ...headers],
  after: after.map((text) => Buffer.from(text, 'latin1')),
  ending,
});

/** Messages that break HTTP itself: where one ends, how large it is, what its lines may hold. */
export function brokenMessages(): Draft[] {
  const chunked = ['Transfer-Encoding', 'chunked'] as const;
  return [
    get('large header', (marker) => [['X-Large', marker.repeat(LARGEST_HEADER / marker.length)]]),
    get('large address', () => [], `/api/v1/symbols?query=${'a'.repeat(LARGEST_HEADER)}`),
    get('many headers', (marker) => Array.from({ length: 3_000 }, (_, at) => [`X-${at}`, marker] as const)),
    get('two hosts', (marker) => [
      ['Host', 'a.example'],
      ['Host', `${marker}.example`],
    ]),
    get('folded header', (marker) => [['X-Folded', `a\r\n ${marker}`]]),
    get('blank in a name', (marker) => [['X Blank', marker]]),
    get('line feed alone', (marker) => [['X-Feed', `a\nX-Injected: ${marker}`]]),
    get('nul in a header', (marker) => [['X-Nul', `a\0${marker}`]]),
    get('bytes above ASCII in the address', () => [], '/api/v1/symbols?query=平安'),
    get('two lengths', () => [
      ['Content-Length', '5'],
      ['Content-Length', '6'],
    ]),
    get('negative length', () => [['Content-Length', '-1']]),
    get('length of many digits', () => [['Content-Length', '9'.repeat(40)]]),
    get('asterisk', () => [], '*'),
    get('no slash', () => [], 'api/v1/symbols'),
    { ...get('unknown method', () => []), method: 'HACK' },
    { ...get('method in small letters', () => []), method: 'get' },
    { ...get('connect', () => [], '127.0.0.1:5432'), method: 'CONNECT' },
    { ...get('no request line', (marker) => [[marker, 'x']]), method: '' },
    post(
      'length and chunks',
      [chunked, ['Content-Length', '4']],
      ['0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n'],
    ),
    post('chunks twice said', [chunked, ['Transfer-Encoding', 'identity']], ['0\r\n\r\n']),
    post('unknown coding', [['Transfer-Encoding', 'xchunked']], ['0\r\n\r\n']),
    post('size that is no number', [chunked], ['zz\r\n{}\r\n0\r\n\r\n']),
    post('size without end', [chunked], [`${'f'.repeat(30)}\r\n{}\r\n0\r\n\r\n`]),
    post('endless extension', [chunked], [`2;${'x'.repeat(LARGEST_HEADER)}\r\n{}\r\n0\r\n\r\n`]),
    post('large trailer', [chunked], [`2\r\n{}\r\n0\r\nX-T: ${'x'.repeat(LARGEST_HEADER)}\r\n\r\n`]),
    post(
      'chunks above the limit',
      [chunked],
      ['10000\r\n', `${'x'.repeat(65_536)}\r\n`.repeat(1), '10000\r\n', `${'x'.repeat(65_536)}\r\n0\r\n\r\n`],
    ),
    post('given up in the head', [['X-Rest', 'a']], [], 'reset'),
    post('given up between chunks', [chunked], ['2\r\n{}\r\n'], 'reset'),
  ];
}
