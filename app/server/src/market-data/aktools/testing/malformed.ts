import type { ServerResponse } from 'node:http';
import { json, serverError } from './fake-aktools.ts';
import type { Table } from './sample-tables.ts';

type Cell = unknown;
type Row = Record<string, Cell>;

/** How an upstream spells what a mutation touches. */
export interface Spelling {
  readonly date: string;
  readonly prices: readonly string[];
  readonly volume: string;
  readonly amount: string;
  /** Undefined: the upstream does not say whose bars they are. */
  readonly symbol?: string;
}

export const CHINESE: Spelling = {
  date: '日期',
  prices: ['开盘', '收盘', '最高', '最低'],
  volume: '成交量',
  amount: '成交额',
  symbol: '股票代码',
};
export const LATIN: Spelling = {
  date: 'date',
  prices: ['open', 'close', 'high', 'low'],
  volume: 'volume',
  amount: 'amount',
};

export interface Malformed {
  readonly name: string;
  /** Violations of which one must be counted; none: another failure, or nothing but rows that are refused. */
  readonly kinds: readonly string[];
  /** Writes the broken form of a good answer. */
  readonly write: (response: ServerResponse, good: Table, spelling: Spelling) => void;
}

/** mulberry32: the same numbers on every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const text = (response: ServerResponse, body: string | Buffer, type = 'application/json'): void => {
  response.writeHead(200, { 'content-type': type }).end(body);
};

/** One row changed, at a place of its own. */
const inRow =
  (at: number, change: (row: Row, spelling: Spelling) => unknown): Malformed['write'] =>
  (response, good, spelling) => {
    const place = Math.floor(at * good.length);
    json(
      response,
      200,
      good.map((row, index) => (index === place ? change(row, spelling) : row)),
    );
  };

const inAll =
  (change: (row: Row, spelling: Spelling) => unknown): Malformed['write'] =>
  (response, good, spelling) =>
    json(
      response,
      200,
      good.map((row) => change(row, spelling)),
    );

const inText =
  (change: (body: string, spelling: Spelling) => string | Buffer): Malformed['write'] =>
  (response, good, spelling) =>
    text(response, change(JSON.stringify(good), spelling));

const scale = (row: Row, column: string, by: number): Row => ({ ...row, [column]: Number(row[column]) * by });
const columnsOf = ({ date, prices, volume, amount }: Spelling): readonly string[] => [
  date,
  ...prices,
  volume,
  amount,
];
const without = (row: Row, column: string): Row =>
  Object.fromEntries(Object.entries(row).filter(([key]) => key !== column));
const swap = (row: Row, one: string, other: string): Row => ({
  ...row,
  [one]: row[other],
  [other]: row[one],
});
const price = ({ prices }: Spelling, at: number): string => prices[at] ?? '';
/** The text of the first value of a column, replaced. */
const valueIn = (body: string, column: string, value: string): string =>
  body.replace(new RegExp(`("${column}":)[^,}]+`), `$1${value}`);

function columns(random: () => number): Malformed[] {
  return Array.from({ length: 7 }, (_, column) => column).flatMap((column) => [
    {
      name: `column ${column} missing everywhere`,
      kinds: ['missing_column'],
      write: inAll((row, spelling) => without(row, columnsOf(spelling)[column] ?? '')),
    },
    {
      name: `column ${column} missing in one row`,
      kinds: ['missing_column'],
      write: inRow(random(), (row, spelling) => without(row, columnsOf(spelling)[column] ?? '')),
    },
    ...['9.31', true, {}, [9.31]].map((value, kind) => ({
      name: `column ${column} of wrong type ${kind}`,
      // Text in the column of dates is a bad date.
      kinds: column === 0 && kind === 0 ? ['bad_date'] : ['wrong_type'],
      write: inRow(random(), (row, spelling) => ({ ...row, [columnsOf(spelling)[column] ?? '']: value })),
    })),
  ]);
}

function units(): Malformed[] {
  const kinds = ['swapped_units'];
  const by = (column: 'volume' | 'amount', factor: number): Malformed => ({
    name: `${column} times ${factor}`,
    kinds,
    write: inAll((row, spelling) => scale(row, spelling[column], factor)),
  });
  return [
    ...[100, 0.01, 10_000].flatMap((factor) => [by('volume', factor), by('amount', factor)]),
    { name: 'volume and amount swapped', kinds, write: inAll((row, s) => swap(row, s.volume, s.amount)) },
  ];
}

function dates(random: () => number): Malformed[] {
  const bad = [
    '2024-13-45T00:00:00.000',
    '2024-02-30T00:00:00.000',
    '20240102',
    '',
    'NaT',
    '2024-01-02T00:00:00.000+08:00',
    '2024-01-02T23:59:59.000',
    '02/01/2024',
    '2024-1-2',
    '０２０２４-01-02',
    '2024-01-02T00:00:00.000Z; DROP TABLE',
  ].map((value) => ({ value: value as unknown, kinds: ['bad_date'] }));
  const typed = [1_704_153_600_000, null, {}].map((value) => ({
    value: value as unknown,
    kinds: ['wrong_type'],
  }));
  const far = ['2099-01-04', '1970-01-01', '2024-09-20', '1990-12-18'].map((day) => ({
    value: `${day}T00:00:00.000` as unknown,
    kinds: ['out_of_range'],
  }));
  return [...bad, ...typed, ...far].map(({ value, kinds }) => ({
    name: `date ${JSON.stringify(value)}`,
    kinds,
    write: inRow(random(), (row, spelling) => ({ ...row, [spelling.date]: value })),
  }));
}

function texts(random: () => number): Malformed[] {
  const cuts = Array.from({ length: 10 }, (): Malformed => {
    const at = 0.01 + 0.97 * random();
    return {
      name: `truncated at ${(at * 100).toFixed(0)} %`,
      kinds: ['truncated_json', 'not_json'],
      write: inText((body) => body.slice(0, Math.floor(body.length * at))),
    };
  });
  const literals = ['NaN', 'Infinity', '-Infinity', 'undefined', '09.31', '+9.31', "'9.31'"].map(
    (literal): Malformed => ({
      name: `literal ${literal}`,
      kinds: ['not_json'],
      write: inText((body, spelling) => valueIn(body, price(spelling, 0), literal)),
    }),
  );
  const huge = ['9007199254740993', '123456789012345678901234567890'].flatMap((digits) =>
    (['volume', 'amount'] as const).map((column): Malformed => ({
      name: `${column} ${digits}`,
      kinds: ['wrong_type'],
      write: inText((body, spelling) => valueIn(body, spelling[column], digits)),
    })),
  );
  const nested = [9, 1_000, 1_000_000].map((depth): Malformed => ({
    name: `${depth} levels`,
    kinds: ['too_deep'],
    write: inText(() => '['.repeat(depth) + ']'.repeat(depth)),
  }));
  const doubled = [0, 1, 2, 3].map((at): Malformed => ({
    name: `a second price ${at} in a row`,
    kinds: ['duplicate_key'],
    write: inText((body, spelling) => body.replace('}', `,"${price(spelling, at)}":1}`)),
  }));
  return [...cuts, ...literals, ...huge, ...nested, ...doubled];
}

function shapes(): Malformed[] {
  const of = (name: string, kinds: readonly string[], value: unknown): Malformed => ({
    name,
    kinds,
    write: (response) => json(response, 200, value),
  });
  return [
    of('a Series of numbers', ['wrong_type'], [9.31, 9.5]),
    of('a Series of text', ['wrong_type'], ['2024-01-02']),
    of('lists instead of records', ['wrong_type'], [['2024-01-02', 9.3, 9.5]]),
    of('null rows', ['wrong_type'], [null, null]),
    of('empty objects', ['missing_column'], [{}, {}]),
    of('columns of lists', ['not_an_array'], { 日期: ['2024-01-02'], 开盘: [9.3] }),
    of('an envelope', ['not_an_array'], { data: [] }),
    of('an error with status 200', ['not_an_array'], { error: 'banned' }),
    of('null', ['not_an_array'], null),
    of('text', ['not_an_array'], 'ok'),
    of('a number', ['not_an_array'], 0),
    { name: 'half null rows', kinds: ['wrong_type'], write: inRow(0.5, () => null) },
    { name: 'HTML', kinds: ['html'], write: inText(() => '<!DOCTYPE html><html>Too many requests</html>') },
    { name: 'HTML after blanks', kinds: ['html'], write: inText(() => '\n\n  <html></html>') },
    { name: 'a ban page as text', kinds: ['not_json'], write: inText(() => 'Access denied') },
    { name: 'an empty body', kinds: ['not_json'], write: inText(() => '') },
    { name: 'JSONP', kinds: ['not_json'], write: inText((body) => `callback(${body})`) },
    { name: 'two answers', kinds: ['not_json'], write: inText((body) => body + body) },
    {
      name: 'bytes that are no UTF-8',
      kinds: ['not_json'],
      write: inText((body) => Buffer.concat([Buffer.from(body.slice(0, 50)), Buffer.from([0xff, 0xfe])])),
    },
    {
      name: 'columns in another encoding',
      kinds: ['missing_column'],
      write: inAll((row) =>
        Object.fromEntries(Object.entries(row).map(([key, value]) => [`Ã${key}`, value])),
      ),
    },
  ];
}

function bodies(): Malformed[] {
  const block = Buffer.alloc(1024 * 1024, ' ');
  const pour = (response: ServerResponse, blocks: number): void => {
    let left = blocks;
    const write = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= 1;
        if (!response.write(block)) return void response.once('drain', write);
      }
      if (!response.destroyed) response.end('[]');
    };
    write();
  };
  const drip: Malformed['write'] = (response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 20);
    response.once('close', () => clearInterval(timer));
  };
  const broken: Malformed['write'] = (response, good) => {
    const body = JSON.stringify(good);
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.slice(0, 1_000), () => response.destroy());
  };
  return [
    { name: '100 MB', kinds: ['too_large'], write: (response) => pour(response.writeHead(200), 100) },
    {
      name: '100 MB with a length',
      kinds: ['too_large'],
      write: (response) => pour(response.writeHead(200, { 'content-length': 100 * block.length + 2 }), 100),
    },
    { name: 'a body without end', kinds: ['endless'], write: drip },
    { name: 'a broken connection', kinds: [], write: broken },
  ];
}

function statuses(): Malformed[] {
  const of = (status: number, kinds: readonly string[], body: unknown): Malformed => ({
    name: `status ${status}`,
    kinds,
    write: (response) => json(response, status, body),
  });
  return [
    of(404, [], { error: '未找到该接口，请升级' }),
    of(404, [], { error: "请输入正确的参数错误 'data'，请升级" }),
    of(404, [], { error: '该接口返回数据为空，请确认' }),
    of(404, ['unexpected_status'], { detail: 'Not Found' }),
    of(307, ['unexpected_status'], []),
    of(405, ['unexpected_status'], { detail: 'Method Not Allowed' }),
    of(401, ['unexpected_status'], {}),
    of(502, [], {}),
    { name: 'no rows', kinds: [], write: (response) => json(response, 200, []) },
    { name: 'an exception', kinds: [], write: (response) => serverError(response) },
  ];
}

function identities(): Malformed[] {
  const other = (code: unknown): Malformed => ({
    name: `bars of ${JSON.stringify(code)}`,
    kinds: typeof code === 'string' && !code.includes('\0') ? ['wrong_symbol'] : ['wrong_type'],
    // The others do not say whose bars they are, so nothing could be noticed there.
    write: (response, good, { symbol }) =>
      symbol === undefined
        ? serverError(response)
        : json(
            response,
            200,
            good.map((row) => ({ ...row, [symbol]: code })),
          ),
  });
  return ['600000', '1', '', '000001.SZ', '000001\0', 1, null].map(other);
}

/** Whole answers in order, with rows that cannot be bars. */
function rows(random: () => number): Malformed[] {
  const cell = (name: string, at: number, value: unknown): Malformed => ({
    name,
    kinds: [],
    write: inRow(random(), (row, spelling) => ({ ...row, [price(spelling, at)]: value })),
  });
  return [
    ...[0, 1, 2, 3].map((at) => cell(`no price ${at}`, at, null)),
    cell('a negative price', 0, -9.31),
    cell('a price of 0', 1, 0),
    ...[1e300, 1e14].map((value) => ({
      ...cell(`a price of ${value}`, 2, value),
      kinds: ['wrong_type'],
    })),
    cell('a low above the high', 3, 1_000),
    {
      name: 'high and low swapped',
      kinds: [],
      write: inAll((row, spelling) => swap(row, price(spelling, 2), price(spelling, 3))),
    },
    { name: 'a negative volume', kinds: [], write: inRow(random(), (row, s) => scale(row, s.volume, -1)) },
    { name: 'a negative amount', kinds: [], write: inRow(random(), (row, s) => scale(row, s.amount, -1)) },
    {
      name: 'a volume in parts of a share',
      kinds: [],
      write: inRow(random(), (row, s) => ({ ...row, [s.volume]: 0.123 })),
    },
    { name: 'no volume', kinds: [], write: inRow(random(), (row, s) => ({ ...row, [s.volume]: null })) },
    {
      name: 'every row twice',
      kinds: [],
      write: (response, good) => json(response, 200, [...good, ...good]),
    },
    { name: 'backwards', kinds: [], write: (response, good) => json(response, 200, [...good].reverse()) },
    {
      name: 'a prototype as a column',
      kinds: [],
      write: inText((body) => body.replace('{', '{"__proto__":{"polluted":true},')),
    },
  ];
}

/** Answers as no good AKTools gives them; the same ones for the same seed. */
export function malformedAnswers(seed: number): readonly Malformed[] {
  const random = seeded(seed);
  return [
    ...columns(random),
    ...units(),
    ...dates(random),
    ...texts(random),
    ...shapes(),
    ...bodies(),
    ...statuses(),
    ...identities(),
    ...rows(random),
  ];
}
