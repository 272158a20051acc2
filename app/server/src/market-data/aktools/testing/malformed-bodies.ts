import type { ServerResponse } from 'node:http';
import { json, serverError } from './fake-aktools.ts';
import { inAll, inRow, inText, type Malformed, price, valueIn } from './mutations.ts';

export function texts(random: () => number): Malformed[] {
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

export function shapes(): Malformed[] {
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

export function bodies(): Malformed[] {
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

export function statuses(): Malformed[] {
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

export function identities(): Malformed[] {
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
