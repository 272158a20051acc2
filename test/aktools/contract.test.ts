import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FUNCTIONS } from '../../app/server/src/market-data/aktools/functions.ts';
import { FakeAKTools } from '../../app/server/src/market-data/aktools/testing/fake-aktools.ts';
import { capture } from '../../hack/lib/shell.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
let fake: FakeAKTools;

beforeAll(async () => {
  rig = await startRig();
  fake = await FakeAKTools.start();
}, 300_000);
afterAll(async () => {
  await rig.stop();
  await fake.close();
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
const get = (path: string) => ask(rig.server.url, path);

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

describe('the server', () => {
  it('answers its probes without asking anybody', async () => {
    expect((await get('/openapi.json')).status).toBe(200);
    const probe = await get('/api/public/_probe_');
    expect([probe.status, probe.text]).toEqual([404, expect.stringMatching(/^\{"error":"未找到该接口/)]);
    expect(rig.sites.asked).toEqual([]);
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
    const [real, faked] = [await ask(rig.server.url, path, method), await ask(fake.url, path, method)];
    expect(real.status).toBe(faked.status);
    expect(real.text.slice(0, 20)).toBe(faked.text.slice(0, 20));
  });

  it('closes the connection after a 500 without saying so, and only then, as the fake does', async () => {
    for (const url of [rig.server.url, fake.url]) {
      const failed = await converse(url, '/api/public/stock_zh_a_hist?symbol=000001&colour=red');
      expect(failed.text).toMatch(/^HTTP\/1.1 500 [^]*\r\n\r\nInternal Server Error$/);
      expect([failed.closed, /connection: close/i.test(failed.text)]).toEqual([true, false]);
      expect(await converse(url, '/api/public/nothing')).toMatchObject({ closed: false });
    }
  });

  it('runs what a quote in a value says as Python; our client never sends one', async () => {
    const proof = join(rig.home, 'injected');
    const value = encodeURIComponent(`x" if open("${proof}", "w") else "`);
    await get(`/api/public/stock_zh_a_hist?symbol=${value}`);
    expect(existsSync(proof)).toBe(true);
    const before = rig.sites.asked.length;
    await expect(rig.open().dailyRows('000001" or ".SZ')).rejects.toMatchObject({ failure: 'refused' });
    expect(rig.sites.asked).toHaveLength(before);
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
    functions = described.parse(JSON.parse(await capture(rig.python, [script, ...names], { cwd: rig.home })));
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
