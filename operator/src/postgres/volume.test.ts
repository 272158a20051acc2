import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bootstrapDatabase } from './bootstrap.ts';
import { createServerCertificate, serviceNames, type ServerCertificate } from './certificates.ts';
import { withConnection, type ConnectionOptions } from './connection.ts';
import { startPostgres, type TestServer } from './testing/server.ts';
import { PROGRAM, provideVolumeFigures } from './volume.ts';

const HOST = 'demo-postgres.stock-analysis.svc';
const PASSWORDS = { migrator: 'migrator-password', app: 'app-password' };
const signal = new AbortController().signal;

const ADMIN = { user: 'postgres', password: 'admin-password' };
const OWNER = { user: 'app_migrator', password: PASSWORDS.migrator };
const APPLICATION = { user: 'app_a', password: PASSWORDS.app };

let certificate: ServerCertificate;
let server: TestServer;

type Account = Pick<ConnectionOptions, 'user' | 'password'>;

const connection = (account: Account) => ({
  host: HOST,
  port: 5432,
  ca: certificate.ca,
  dialAddress: `127.0.0.1:${server.port}`,
  ...account,
});

const asked = <Row extends object>(account: Account, ...statements: string[]): Promise<Row[]> =>
  withConnection(
    { ...connection(account), database: 'stock_analysis' },
    async (client) => {
      for (const statement of statements.slice(0, -1)) await client.query(statement);
      return (await client.query<Row>(statements.at(-1) ?? '')).rows;
    },
    signal,
  );

const provided = () => provideVolumeFigures(connection(ADMIN), signal);
const FIGURES = 'SELECT * FROM platform.database_volume';
const MADE = { done: ['let app_rw read how full the volume is'] };

beforeAll(async () => {
  certificate = await createServerCertificate(serviceNames('demo-postgres', 'stock-analysis'), new Date());
  server = await startPostgres(certificate, ADMIN.password);
  await bootstrapDatabase({ connection: connection(ADMIN), passwords: PASSWORDS }, signal);
}, 60_000);

afterAll(async () => server?.stop());

describe('the figures of the volume, of a real PostgreSQL', () => {
  it('are those of the filesystem that the data lie on, as the application reads them', async () => {
    const [folder] = await asked<{ data_directory: string }>(ADMIN, 'SHOW data_directory');
    const real = statfsSync(folder?.data_directory ?? '');
    const [row] = await asked<Record<string, string>>(APPLICATION, FIGURES);
    const bytes = Number(row?.['blocks']) * Number(row?.['block_bytes']);
    const available = Number(row?.['available_blocks']) * Number(row?.['block_bytes']);
    expect(bytes).toBe(real.blocks * real.bsize);
    // Others write to it, too.
    expect(Math.abs(available - real.bavail * real.bsize)).toBeLessThan(bytes * 0.02);
    expect(Number(row?.['inodes'])).toBe(real.files);
    expect(Number(row?.['free_inodes'])).toBeLessThanOrEqual(real.files);
  });

  it('are provided once, and again where somebody took a part of it away', async () => {
    expect(await provided()).toEqual({ done: [] });
    for (const harm of [
      'DROP FOREIGN TABLE platform.database_volume',
      `ALTER FOREIGN TABLE platform.database_volume OPTIONS (SET program 'echo 1 1 1 1 1')`,
      'REVOKE SELECT ON platform.database_volume FROM app_rw',
      'REVOKE USAGE ON SCHEMA platform FROM app_rw',
    ]) {
      await asked(ADMIN, harm);
      expect(await provided(), `after ${harm}`).toEqual(MADE);
      expect(await asked(APPLICATION, FIGURES), `after ${harm}`).toHaveLength(1);
    }
  });

  it('lend nobody the right to run another program', async () => {
    const columns = '(line text)';
    for (const [account, statement] of [
      [APPLICATION, `ALTER FOREIGN TABLE platform.database_volume OPTIONS (SET program 'id')`],
      [APPLICATION, `COPY (SELECT 1) TO PROGRAM 'id'`],
      [OWNER, `ALTER FOREIGN TABLE platform.database_volume OPTIONS (SET program 'id')`],
      [OWNER, `CREATE FOREIGN TABLE mine ${columns} SERVER platform_files OPTIONS (program 'id')`],
      [OWNER, 'DROP SCHEMA platform CASCADE'],
      [OWNER, FIGURES],
    ] as const)
      await expect(
        asked(account, 'SET ROLE NONE', statement),
        `${account.user}: ${statement}`,
      ).rejects.toThrow(/permission denied|must be owner/);
  });

  it('are provided by names of PostgreSQL alone, whatever the owner of the database put in their way', async () => {
    await asked(
      OWNER,
      'SET ROLE app_owner',
      'CREATE SCHEMA trap',
      'CREATE TABLE trap.caught (who text)',
      `CREATE FUNCTION trap.spring() RETURNS boolean LANGUAGE plpgsql AS
         $$ BEGIN INSERT INTO trap.caught VALUES (current_user); RETURN true; END $$`,
      ...['pg_available_extensions', 'pg_namespace', 'pg_class'].map(
        (name) => `CREATE VIEW trap.${name} AS SELECT * FROM pg_catalog.${name} WHERE trap.spring()`,
      ),
      'GRANT ALL ON SCHEMA trap TO PUBLIC',
      'ALTER DATABASE stock_analysis SET search_path = trap, pg_catalog',
    );
    await asked(ADMIN, 'DROP FOREIGN TABLE platform.database_volume');
    // The trap is a good one: who does not look out is caught.
    await asked(ADMIN, 'SELECT count(*) FROM pg_namespace');
    const caught = 'SELECT DISTINCT who FROM trap.caught';
    expect(await asked(ADMIN, caught)).toEqual([{ who: 'postgres' }]);
    await asked(ADMIN, 'TRUNCATE trap.caught');
    expect(await provided()).toEqual(MADE);
    expect(await asked(ADMIN, caught)).toEqual([]);
    await asked(ADMIN, 'ALTER DATABASE stock_analysis RESET search_path');
  });

  it('are not provided in a schema of somebody else, which stays as it is', async () => {
    await asked(ADMIN, 'DROP SCHEMA platform CASCADE');
    await asked(OWNER, 'SET ROLE app_owner', 'CREATE SCHEMA platform');
    expect(await provided()).toEqual({
      done: [],
      obstacle: 'the schema platform belongs to app_owner: rename it',
    });
    await asked(OWNER, 'SET ROLE app_owner', 'DROP SCHEMA platform');
    expect(await provided()).toEqual(MADE);
  });

  it('are an obstacle where PostgreSQL refuses them, and no outage', async () => {
    await asked(ADMIN, 'CREATE VIEW public.on_it AS SELECT * FROM platform.database_volume');
    await asked(ADMIN, 'REVOKE SELECT ON platform.database_volume FROM app_rw');
    expect(await provided()).toMatchObject({ done: [], obstacle: expect.stringContaining('SQLSTATE 2BP01') });
  });
});

describe('the program, whose session ended before it', () => {
  let folder: string;
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs it as PostgreSQL would, with a `stat` that takes its time. */
  function started() {
    folder = mkdtempSync(join(tmpdir(), 'volume-'));
    writeFileSync(join(folder, 'stat'), '#!/bin/sh\necho begun >&2\nsleep 1\necho 4096 1 1 1 1\nexit 1\n');
    chmodSync(join(folder, 'stat'), 0o755);
    const child = spawn('/bin/sh', ['-c', PROGRAM], {
      detached: true,
      env: { PATH: `${folder}:/usr/bin:/bin` },
    });
    const ended = new Promise((resolve) => child.once('exit', (code, by) => resolve(code ?? by)));
    const begun = new Promise((resolve) => child.stderr.once('data', resolve));
    return { child, ended, begun };
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP'] as const)('ends well after %s', async (name) => {
    const { child, ended, begun } = started();
    await begun;
    process.kill(-(child.pid ?? Number.NaN), name);
    expect(await ended).toBe(0);
  });

  it('ends well where nobody reads its answer', async () => {
    const { child, ended, begun } = started();
    await begun;
    child.stdout.destroy();
    await sleep(0);
    expect(await ended).toBe(0);
  });
});
