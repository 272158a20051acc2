import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FUNCTIONS } from '../../app/server/src/market-data/aktools/functions.ts';
import { openMarket, openProvider } from '../../app/server/src/market-data/aktools/testing/open-provider.ts';
import { FakeAKTools } from '../../app/server/src/market-data/aktools/testing/fake-aktools.ts';
import { systemClock } from '../../app/server/src/common/clock.ts';
import { ensureAKTools } from './python.ts';
import { capture } from '../../hack/lib/shell.ts';
import { type AKToolsServer, startAKTools } from './server.ts';
import { Sites } from './sites.ts';

// The real AKTools and AkShare; only the quote sites behind them are stood in for.
let home: string;
let python: string;
let sites: Sites;
let server: AKToolsServer;
let fake: FakeAKTools;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'aktools-test-'));
  python = await ensureAKTools();
  sites = await Sites.start();
  server = await startAKTools(python, sites.url, home);
  fake = await FakeAKTools.start();
}, 300_000);
afterAll(async () => {
  await server?.stop();
  await Promise.all([sites?.close(), fake?.close()]);
  rmSync(home, { recursive: true, force: true });
});

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** A connection of its own for every request: after a 500 the server closes it, and fetch would use it again. */
async function ask(url: string, path: string, method = 'GET'): Promise<Reply> {
  const outgoing = request(url + path, { method, agent: false }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode ?? 0, text };
}
const get = (path: string) => ask(server.url, path);

/** All that is said to a plain request within a second, and whether the other side then hung up. */
async function converse(url: string, path: string): Promise<{ text: string; closed: boolean }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  socket.write(`GET ${path} HTTP/1.1\r\nhost: aktools\r\n\r\n`);
  const closed = await Promise.race([once(socket, 'end').then(() => true), sleep(1_000, false)]);
  socket.destroy();
  return { text, closed };
}

const open = (url = server.url) =>
  openProvider(url, systemClock, {
    facts: openMarket({ quoteDay: () => Promise.resolve({ date: '2024-09-18', final: true }) }),
  }).provider;

describe('the server', () => {
  it('answers its probes without asking anybody', async () => {
    expect((await get('/openapi.json')).status).toBe(200);
    const probe = await get('/api/public/_probe_');
    expect([probe.status, probe.text]).toEqual([404, expect.stringMatching(/^\{"error":"未找到该接口/)]);
    expect(sites.asked).toEqual([]);
  });

  it.each(['bond_available_index_cbond', 'index_global_name_table', 'spot_symbol_table_sge'])(
    'answers %s, which needs no site, with records',
    async (name) => {
      const answer = await get(`/api/public/${name}`);
      const rows: unknown = JSON.parse(answer.text);
      expect(answer.status).toBe(200);
      expect(Array.isArray(rows) && rows.length > 0 && typeof rows[0] === 'object').toBe(true);
    },
  );

  const HISTORY = '/api/public/stock_zh_a_hist?symbol=';
  it.each([
    ['an unknown function', 'GET', '/api/public/nothing'],
    ['an unknown parameter', 'GET', `${HISTORY}000001&colour=red`],
    ['an unknown period', 'GET', `${HISTORY}000001&period=hourly`],
    ['another method', 'POST', '/api/public/stock_zh_a_hist'],
    ['HEAD', 'HEAD', '/api/public/stock_zh_a_hist'],
    ['a slash at the end', 'GET', '/api/public/stock_zh_a_hist/'],
    ['another path', 'GET', '/nothing'],
    ['the version without a network', 'GET', '/version'],
  ])('answers %s as the fake does', async (_what, method, path) => {
    const [real, faked] = [await ask(server.url, path, method), await ask(fake.url, path, method)];
    expect(real.status).toBe(faked.status);
    expect(real.text.slice(0, 20)).toBe(faked.text.slice(0, 20));
  });

  it('closes the connection after a 500 without saying so, and only then, as the fake does', async () => {
    for (const url of [server.url, fake.url]) {
      const failed = await converse(url, '/api/public/stock_zh_a_hist?symbol=000001&colour=red');
      expect(failed.text).toMatch(/^HTTP\/1.1 500 [^]*\r\n\r\nInternal Server Error$/);
      expect([failed.closed, /connection: close/i.test(failed.text)]).toEqual([true, false]);
      expect(await converse(url, '/api/public/nothing')).toMatchObject({ closed: false });
    }
  });

  it('runs what a quote in a value says as Python; our client never sends one', async () => {
    const proof = join(home, 'injected');
    const value = encodeURIComponent(`x" if open("${proof}", "w") else "`);
    await get(`/api/public/stock_zh_a_hist?symbol=${value}`);
    expect(existsSync(proof)).toBe(true);
    const before = sites.asked.length;
    await expect(open().dailyRows('000001" or ".SZ')).rejects.toMatchObject({ failure: 'refused' });
    expect(sites.asked).toHaveLength(before);
  });
});

const described = z.record(
  z.string(),
  z.object({ parameters: z.array(z.string()), columns: z.array(z.string()), source: z.string() }),
);

describe('AkShare', () => {
  let functions: z.infer<typeof described>;
  beforeAll(async () => {
    const names = [...new Set(FUNCTIONS.map(({ name }) => name))];
    const script = join(import.meta.dirname, 'signatures.py');
    functions = described.parse(JSON.parse(await capture(python, [script, ...names], { cwd: home })));
  }, 60_000);

  it.each(FUNCTIONS)('has $name with the parameters that we send', ({ name, parameters }) => {
    expect(functions[name]?.parameters).toEqual(expect.arrayContaining(Object.keys(parameters)));
  });

  it.each(FUNCTIONS)('documents or writes the columns that we read of $name', ({ name, row }) => {
    const { columns = [], source = '' } = functions[name] ?? {};
    const shape = z.object({ shape: z.record(z.string(), z.unknown()) }).parse(row).shape;
    const unknown = Object.keys(shape).filter(
      (column) => !columns.includes(column) && !source.includes(`"${column}"`),
    );
    expect(unknown).toEqual([]);
  });

  it('leaves Tencent’s volumes in lots for the codes that we know', () => {
    expect(functions['stock_zh_a_hist_tx']?.source).toContain(
      'if not symbol.startswith(("sh688", "sz399", "sh000", "sz000")):\n        big_df["volume"] = big_df["volume"] * 100',
    );
  });
});

describe('our client before the real AKTools and AkShare', () => {
  const range = { from: '2024-01-25', to: '2024-01-26' };

  it('reads daily bars of Eastmoney in shares', async () => {
    expect(await open().dailyRows('000001.SZ', range)).toMatchObject({
      origin: 'eastmoney',
      value: [
        {
          bar: {
            date: '2024-01-25',
            open: 9.33,
            high: 9.54,
            low: 9.27,
            close: 9.5,
            volume: 216_251_400,
            amount: 2_037_648_413.07,
          },
        },
        { bar: { date: '2024-01-26' } },
      ],
    });
  });

  it('falls back to Tencent when Eastmoney and Sina fail, and makes shares of its lots', async () => {
    sites.closed.add('push2his.eastmoney.com');
    const answer = await open().dailyRows('000001.SZ', { from: '2024-01-25', to: '2024-01-25' });
    sites.closed.clear();
    expect(answer).toMatchObject({
      origin: 'tencent',
      value: [{ bar: { date: '2024-01-25', volume: 216_251_400, amount: 2_037_648_400 } }],
    });
  });

  it('reads the index by its code and not the bank that has the same', async () => {
    expect(await open().dailyRows('000001.SH', { from: '2024-01-25', to: '2024-01-25' })).toMatchObject({
      operation: 'index_zh_a_hist',
      value: [{ bar: { close: 2906.11, volume: 38_352_100_000, amount: 410_000_000_000 } }],
    });
  });

  it('reads minutes, the market, a profile, valuations, reports, news, halts and corporate actions', async () => {
    const provider = open();
    expect(await provider.minuteRows('000001.SZ')).toMatchObject({
      value: [{ bar: { at: '2024-09-18 09:31:00', open: 9.77, volume: 1_296_700 } }],
    });
    const snapshot = await provider.snapshot();
    expect(snapshot).toMatchObject({ value: { tradeDate: '2024-09-18', final: true } });
    const quotes = snapshot.outcome === 'data' ? snapshot.value.quotes : [];
    expect([quotes.length, quotes[0]]).toEqual([
      3_200,
      expect.objectContaining({
        last: 11.23,
        high: 11.33,
        low: 11.08,
        volume: 84_535_000,
        pb: 0.56,
        peDynamic: 4.1,
      }),
    ]);
    expect(await provider.profile('000001.SZ')).toMatchObject({
      value: { name: '平安银行', industry: '银行', listedOn: '1991-04-03', totalShares: 19_405_918_198 },
    });
    expect(await provider.valuations('000001.SZ')).toMatchObject({
      value: [{ date: '2024-09-18', close: 9.77, peTTM: 4.16, totalShares: 19_405_918_198 }],
    });
    const reports = await provider.fundamentals('000001.SZ');
    expect(reports).toMatchObject({ outcome: 'data' });
    expect(reports.outcome === 'data' && reports.value[0]).toMatchObject({
      category: '常用指标',
      item: '常用指标甲',
    });
    expect(await provider.news('000001.SZ')).toMatchObject({
      value: [{ title: '平安银行半年报', publishedAt: new Date('2024-08-15T11:40:12Z') }],
    });
    expect(await provider.halts('2024-09-19')).toMatchObject({
      value: [{ symbol: '000005.SZ', from: '2024-09-18', to: undefined }],
    });
    expect(await provider.corporateActions('000001.SZ')).toMatchObject({
      value: {
        actions: [
          { exDate: '2000-11-06', rightsPerShare: 0.3, rightsPrice: 8 },
          { exDate: '2024-06-14', cashPerShare: 0.719 },
        ],
      },
    });
  });

  it('takes a null of Eastmoney for no rows, a changed page for a failure, and a ban for a failure', async () => {
    const provider = open();
    expect(await provider.dailyRows('999999.SZ', range).catch((error: unknown) => error)).toMatchObject({
      outcome: 'empty',
    });
    await expect(provider.tradingDays()).rejects.toMatchObject({ failure: 'upstream_failed' });
    await expect(provider.corporateActions('000002.SZ')).rejects.toMatchObject({
      failure: 'upstream_failed',
    });
  });
});
