import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrapDatabase, type BootstrapOptions } from './bootstrap.ts';
import { createServerCertificate, serviceNames, type ServerCertificate } from './certificates.ts';
import { withConnection, type ConnectionOptions } from './connection.ts';
import { startPostgres, type TestServer } from './testing/server.ts';

const HOST = 'demo-postgres.stock-analysis.svc';
const ADMIN = 'admin-password';
const PASSWORDS = { migrator: 'migrator-password', app: 'app-password' };
const signal = new AbortController().signal;

let certificate: ServerCertificate;
let server: TestServer;

beforeAll(async () => {
  certificate = await createServerCertificate(serviceNames('demo-postgres', 'stock-analysis'), new Date());
  server = await startPostgres(certificate, ADMIN);
}, 60_000);

afterAll(async () => server?.stop());

function connection(overrides: Partial<ConnectionOptions> = {}): ConnectionOptions {
  return {
    host: HOST,
    port: 5432,
    database: 'postgres',
    user: 'postgres',
    password: ADMIN,
    ca: certificate.ca,
    dialAddress: `127.0.0.1:${server.port}`,
    ...overrides,
  };
}

const options = (overrides: Partial<BootstrapOptions> = {}): BootstrapOptions => ({
  connection: connection(),
  passwords: PASSWORDS,
  ...overrides,
});

const as = (user: string, password: string) => connection({ user, password, database: 'stock_analysis' });

describe('bootstrapDatabase on a real PostgreSQL over verified TLS', () => {
  it('creates roles and database once, and does nothing the second time', async () => {
    const first = await bootstrapDatabase(options(), signal);
    expect(first.done).toContain('create database stock_analysis');
    expect(first.systemIdentifier).toMatch(/^[0-9]{10,20}$/);
    const second = await bootstrapDatabase(
      options({ expectedSystemIdentifier: first.systemIdentifier }),
      signal,
    );
    expect(second).toEqual({ ...first, done: [] });
  });

  it('lets the migrator act as owner and the application log in, each with its password', async () => {
    const schema = await withConnection(
      as('app_migrator', PASSWORDS.migrator),
      async (client) => {
        await client.query('SET ROLE app_owner');
        await client.query('CREATE SCHEMA app');
        const { rows } = await client.query<{ owner: string }>(
          "SELECT nspowner::regrole::text AS owner FROM pg_namespace WHERE nspname = 'app'",
        );
        return rows[0]?.owner;
      },
      signal,
    );
    expect(schema).toBe('app_owner');
    const denied = withConnection(
      as('app_a', PASSWORDS.app),
      (client) => client.query('CREATE SCHEMA mine'),
      signal,
    );
    await expect(denied).rejects.toThrow(/permission denied/);
  });

  it('repairs a password and an attribute that somebody changed, and nothing else', async () => {
    await withConnection(
      connection(),
      (client) => client.query("ALTER ROLE app_a PASSWORD 'stolen' CREATEDB"),
      signal,
    );
    const repaired = await bootstrapDatabase(options(), signal);
    expect(repaired.done).toEqual(['correct attributes of role app_a', 'set password of role app_a']);
    await expect(
      withConnection(as('app_a', 'stolen'), () => Promise.resolve(), signal),
    ).rejects.toMatchObject({ kind: 'rejected' });
  });

  it('refuses another data directory before it writes anything', async () => {
    await expect(bootstrapDatabase(options({ expectedSystemIdentifier: '1' }), signal)).rejects.toMatchObject(
      { kind: 'mismatch' },
    );
  });

  it('tells a wrong password, an untrusted certificate and a wrong name from each other', async () => {
    const rejected = bootstrapDatabase(options({ connection: connection({ password: 'wrong' }) }), signal);
    await expect(rejected).rejects.toMatchObject({ kind: 'rejected' });
    const other = await createServerCertificate([HOST], new Date());
    const untrusted = bootstrapDatabase(options({ connection: connection({ ca: other.ca }) }), signal);
    await expect(untrusted).rejects.toMatchObject({ kind: 'unreachable' });
    const elsewhere = bootstrapDatabase(
      options({ connection: connection({ host: 'other.stock-analysis.svc' }) }),
      signal,
    );
    await expect(elsewhere).rejects.toThrow(/altnames|Hostname/i);
  });

  it('tells a refused statement from a server that goes, and both from a mistake of ours', async () => {
    const run = (sql: string): Promise<unknown> =>
      withConnection(connection(), (client) => client.query(sql), signal);
    await expect(run('SELECT 1/0')).rejects.toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('SQLSTATE 22012'),
    });
    await expect(run('SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toMatchObject({
      kind: 'unreachable',
    });
    const mistake = withConnection(
      connection(),
      () => Promise.reject(new TypeError('undefined is not a function')),
      signal,
    );
    await expect(mistake).rejects.toBeInstanceOf(TypeError);
  });
});
