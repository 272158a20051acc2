import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDataSource, poolOptions } from './data-source.ts';
import { databaseOf } from './sql.ts';
import { type DatabaseGate, openGate } from './testing/frozen-database.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

const STATEMENT_MS = 1_000;
/** Five seconds more than the server would let it take. */
const GIVEN_UP_MS = STATEMENT_MS + 5_000;
const PURPOSE = { applicationName: 'test', max: 2, statementTimeoutMs: STATEMENT_MS };

let database: TestDatabase;
let gate: DatabaseGate;
let dataSource: DataSource;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  gate = await openGate(database.urls.application);
  dataSource = createDataSource({ connectionString: gate.url }, PURPOSE, () => undefined);
  await dataSource.initialize();
  pool = new Pool(poolOptions({ connectionString: database.urls.application }, PURPOSE));
});
afterAll(async () => {
  await pool.end();
  gate.lose();
  await gate.close();
  await database.drop();
});

describe('a connection of the pool whose other end is gone without a word', { timeout: 30_000 }, () => {
  it.each<[string, () => Promise<unknown>]>([
    ['a statement', () => dataSource.query('SELECT 1')],
    [
      'a transaction',
      () =>
        databaseOf(dataSource).transaction(async (sql) => {
          await sql.query('SELECT 1');
          gate.lose();
          await sql.query('SELECT 2');
        }),
    ],
  ])('is given up by %s in time, and the next one has another', async (_, ask) => {
    await dataSource.query('SELECT 1');
    gate.lose();
    const began = performance.now();
    await expect(ask()).rejects.toThrow('the database has been silent for 6 s');
    const waited = performance.now() - began;
    expect(waited).toBeGreaterThan(GIVEN_UP_MS - 500);
    expect(waited).toBeLessThan(GIVEN_UP_MS + 3_000);
    expect(await dataSource.query('SELECT 3 AS three')).toEqual([{ three: 3 }]);
  });
});

describe('a connection of the pool that is at work', { timeout: 30_000 }, () => {
  it('is left to the time limit of the server, which says that it was that', async () => {
    await expect(dataSource.query('SELECT pg_sleep(2)')).rejects.toThrow('statement timeout');
  });

  it('is not broken off while it listens and nothing comes', async () => {
    const client = await pool.connect();
    await client.query('LISTEN news');
    const heard = new Promise((resolve) => client.once('notification', ({ payload }) => resolve(payload)));
    await sleep(GIVEN_UP_MS + 1_000);
    await database.sql.query(`SELECT pg_notify('news', 'here')`);
    expect(await heard).toBe('here');
    client.release();
  });

  it('is not broken off by a load that takes longer, as long as rows come', async () => {
    const client = await pool.connect();
    // The time limit of the server would end it; what is tried here is ours.
    await client.query('SET statement_timeout = 0');
    await client.query('CREATE TEMPORARY TABLE loaded (n int)');
    await pipeline(Readable.from(slowly(9)), client.query(copyFrom('COPY loaded FROM STDIN')));
    expect((await client.query('SELECT count(*)::int AS count FROM loaded')).rows).toEqual([{ count: 9 }]);
    client.release();
  });
});

describe('a session that the server ends as soon as it has begun', () => {
  /** A message of the protocol: its kind, its length with itself, and what it says. */
  const message = (kind: string, ...says: (string | number)[]): Buffer => {
    const body = Buffer.concat(says.map((one) => Buffer.from(typeof one === 'string' ? one : [one])));
    const head = Buffer.alloc(5);
    head.write(kind);
    head.writeUInt32BE(4 + body.length, 1);
    return Buffer.concat([head, body]);
  };
  const BEGUN_AND_ENDED = Buffer.concat([
    message('R', 0, 0, 0, 0),
    message('Z', 'I'),
    message('E', 'SFATAL\0', 'C57P01\0', 'Mterminating connection due to administrator command\0', 0),
  ]);

  it('fails the statement that it was taken for, and not the process', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end(BEGUN_AND_ENDED));
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ending = new Pool(poolOptions({ connectionString: `postgresql://u@127.0.0.1:${port}/d` }, PURPOSE));
    // As TypeORM does: who waits for it has it when everything that came with it was read.
    const client = await ending.connect();
    await expect(client.query('SELECT 1')).rejects.toThrow('not queryable');
    client.release();
    expect(ending.totalCount).toBe(0);
    await ending.end();
    server.close();
  });
});

/** A row each second. */
async function* slowly(count: number): AsyncGenerator<string> {
  for (let n = 0; n < count; n += 1) {
    yield `${n}\n`;
    await sleep(1_000);
  }
}
