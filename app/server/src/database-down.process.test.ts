import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from 'vitest';
import { z } from 'zod';
import { createKeyringFiles } from './common/configuration/testing/keyring-files.ts';
import { type DatabaseGate, openGate } from './database/testing/frozen-database.ts';
import { asAdmin } from './database/testing/migrated-template.ts';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import { MailServer } from './notifications/testing/mail-server.ts';
import { compileServer, type Program, startProgram, whenSays, whenServing } from './testing/programs.ts';

/** From the fault to the mail, and from the recovery to the second one. */
const LONGEST_MS = 180_000;
/** What is told twice comes within this time. */
const SETTLED_MS = 20_000;

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > LONGEST_MS)
      throw new Error(`${what} did not come within ${LONGEST_MS} ms`);
    await sleep(250);
  }
  return Math.round((performance.now() - began) / 1000);
}

const component = z.object({ name: z.string(), status: z.string(), message: z.string() });

const subjectOf = (raw: string): string => /^Subject: (.*(?:\r\n[ \t].*)*)/im.exec(raw)?.[1] ?? '';

describe('a database that stands still', () => {
  const folders = [mkdtempSync(join(tmpdir(), 'database-down-')), createKeyringFiles()];
  const mails = new MailServer();
  let database: TestDatabase;
  let gate: DatabaseGate;
  let server: Program;
  let workers: { readonly program: Program; readonly url: string }[];

  beforeAll(async () => {
    const compiled = compileServer();
    folders.push(compiled);
    await mails.start();
    database = await createTestDatabase();
    gate = await openGate(database.urls.application);
    const configuration = join(folders[0] ?? '', 'config.yaml');
    writeFileSync(
      configuration,
      JSON.stringify({
        monitoring: {
          alerts: { evaluationSeconds: 5, groupSeconds: 0 },
          notifications: {
            email: {
              ...{ host: '127.0.0.1', port: mails.port, security: 'None' },
              ...{ from: 'stock@example.com', to: ['ops@example.com'] },
            },
          },
        },
      }),
    );
    const environment = { DATABASE_URL: gate.url, STOCK_ANALYSIS_CONFIG_FILE: configuration };
    server = startProgram([join(compiled, 'entrypoint.js'), 'server'], {
      ...environment,
      KEYRINGS_DIR: folders[1] ?? '',
    });
    await whenServing(server);
    workers = await Promise.all(
      [1, 2].map(async () => {
        const program = startProgram([join(compiled, 'entrypoint.js'), 'worker'], environment);
        const port = await whenSays(program, /management server on port (\d+)/);
        return { program, url: `http://127.0.0.1:${port}` };
      }),
    );
    for (const { url } of workers)
      await until('a ready worker', async () => (await statusOf(url, 'ready')) === 200);
    await until('a leader', async () => (await leases()).includes('alerts'));
  });

  afterAll(async () => {
    gate.thaw();
    const programs = [server, ...workers.map(({ program }) => program)];
    for (const { child } of programs) child.kill('SIGKILL');
    for (const { exited } of programs) await exited;
    await gate.close();
    await mails.stop();
    await database.drop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  // What a worker did about alerts is not to be seen from outside.
  beforeEach(() => {
    onTestFailed(() => {
      for (const [index, { program }] of workers.entries())
        for (const line of program.text().split('\n'))
          if (/"(Alerts|Notifications)"/.test(line)) console.log(`worker ${index}: ${line}`);
    });
  });

  const statusOf = async (url: string, probe: string): Promise<number> =>
    (await fetch(`${url}/health/${probe}`)).status;
  const stateOf = async (url: string, name: string): Promise<string> => {
    const answer: unknown = await (await fetch(`${url}/monitoring/health`)).json();
    const { components } = z.object({ components: z.array(component) }).parse(answer);
    const found = components.find((one) => one.name === name);
    return `${found?.status}: ${found?.message}`;
  };
  const leases = async (): Promise<string[]> =>
    (await database.sql.query<{ name: string }>('SELECT name FROM app.monitoring_leases')).map(
      ({ name }) => name,
    );

  it('and one that answers but takes no writes is told of as well, for then no alert is judged', async () => {
    const [name] = await database.sql.query<{ name: string }>('SELECT current_database() AS name');
    const readOnly = async (value: 'on' | 'off'): Promise<void> => {
      await asAdmin(database.urls.admin, async (admin) => {
        // It holds for this session as well.
        await admin.query('SET default_transaction_read_only = off');
        await admin.query(`ALTER DATABASE ${name?.name} SET default_transaction_read_only = ${value}`);
        await admin.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'test'`,
        );
      });
    };
    mails.mails.length = 0;
    await readOnly('on');
    await until('the mail of the fault', () => mails.mails.length > 0);
    for (const { url } of workers) expect(await statusOf(url, 'ready')).toBe(200);
    // Each worker finds by itself, and in its own time, that it cannot judge; the mail is that of the first.
    for (const { url } of workers)
      for (const [one, message] of [
        ['database', 'degraded: it answers and takes no writes'],
        ['alerts', 'read-only transaction'],
      ] as const)
        await until(`${one} of a worker: ${message}`, async () =>
          (await stateOf(url, one)).includes(message),
        );
    await sleep(SETTLED_MS);
    await readOnly('off');
    await until('the mail of the end', () => mails.mails.length > 1);
    await sleep(SETTLED_MS);
    const subjects = mails.mails.map(({ raw }) => subjectOf(raw).toLowerCase());
    expect(subjects).toEqual([
      expect.stringContaining('alerts are not judged'),
      expect.stringMatching(/resolved.*alerts are not judged/),
    ]);
  }, 480_000);

  it('is told of once by mail, also that it is over, by two workers and without the database', async () => {
    mails.mails.length = 0;
    gate.freeze();
    const fired = await until('the mail of the fault', () => mails.mails.length > 0);
    for (const { url } of workers)
      expect([await statusOf(url, 'live'), await statusOf(url, 'ready')]).toEqual([200, 503]);
    await sleep(SETTLED_MS);
    expect(mails.mails.map(({ raw }) => subjectOf(raw))).toEqual([
      expect.stringContaining('the database does not answer'),
    ]);
    gate.thaw();
    const resolved = await until('the mail of the end', () => mails.mails.length > 1);
    await sleep(SETTLED_MS);
    const subjects = mails.mails.map(({ raw }) => subjectOf(raw).toLowerCase());
    console.log(`mail after ${fired} s, its end after ${resolved} s: ${subjects.join(' | ')}`);
    expect(subjects).toHaveLength(2);
    expect(subjects[1]).toContain('resolved');
    const rows = await database.sql.query(
      `SELECT rule, state, told, transition FROM app.alerts WHERE rule = 'DatabaseDown'`,
    );
    expect(rows).toEqual([{ rule: 'DatabaseDown', state: 'resolved', told: 'resolved', transition: 2 }]);
  }, 480_000);
});
