import { statfsSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIGURES, IS_TOLD } from '../../app/server/src/monitoring/system/database-volume.sql.ts';
import { filesystemOf } from '../../app/server/src/monitoring/system/filesystems.ts';
import { bootstrapDatabase } from '../../operator/src/postgres/bootstrap.ts';
import { createServerCertificate } from '../../operator/src/postgres/certificates.ts';
import { startPostgres, type TestServer } from '../../operator/src/postgres/testing/server.ts';

const HOST = 'demo-postgres.stock-analysis.svc';
const PASSWORDS = { migrator: 'migrator-password', app: 'app-password' };

let ca: string;
let server: TestServer;

beforeAll(async () => {
  const certificate = await createServerCertificate([HOST], new Date());
  ca = certificate.ca;
  server = await startPostgres(certificate, 'admin-password');
}, 60_000);
afterAll(async () => server?.stop());

async function asked<Row extends object>(user: string, password: string, sql: string): Promise<Row[]> {
  const client = new Client({
    ...{ host: '127.0.0.1', port: server.port, database: 'stock_analysis', user, password },
    ssl: { ca, servername: HOST },
  });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('what the operator lets the application know of the volume of its database', () => {
  it('is what the application asks for: the real filesystem of the data', async () => {
    const connection = { host: HOST, port: 5432, user: 'postgres', password: 'admin-password', ca };
    await bootstrapDatabase(
      { connection: { ...connection, dialAddress: `127.0.0.1:${server.port}` }, passwords: PASSWORDS },
      new AbortController().signal,
    );
    const asApplication = <Row extends object>(sql: string) => asked<Row>('app_a', PASSWORDS.app, sql);
    expect(await asApplication(IS_TOLD)).toEqual([{ isTold: true }]);
    const [row] = await asApplication<Parameters<typeof filesystemOf>[1]>(FIGURES);
    if (row === undefined) throw new Error('PostgreSQL tells nothing');
    const [data] = await asked<{ data_directory: string }>(
      'postgres',
      'admin-password',
      'SHOW data_directory',
    );
    const told = filesystemOf('volume', row);
    const real = filesystemOf('volume', statfsSync(data?.data_directory ?? ''));
    expect(told.sizeBytes).toBe(real.sizeBytes);
    expect(told.inodes?.total).toBe(real.inodes?.total);
    // Others write to it, too.
    expect(Math.abs(told.availableBytes - real.availableBytes)).toBeLessThan(real.sizeBytes * 0.02);
  });

  it('is nothing to a role that has nothing to do with it', async () => {
    expect(await asked('app_migrator', PASSWORDS.migrator, IS_TOLD)).toEqual([{ isTold: false }]);
  });
});
