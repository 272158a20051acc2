import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { EXPECTED_SCHEMA_VERSION } from './database/migrations/index.ts';
import { createKeyringFiles } from './common/configuration/testing/keyring-files.ts';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import { compiled } from './testing/compiled-server.ts';
import { type Program, startProgram, whenServing } from './testing/programs.ts';

const ENDED = 30_000;

/** The programs as they are shipped: compiled, in processes of their own, with signals. */
describe('the compiled entry point', () => {
  let database: TestDatabase;
  const keyrings = createKeyringFiles();
  const programs: Program[] = [];

  afterAll(() => rmSync(keyrings, { recursive: true, force: true }));
  beforeEach(async () => {
    database = await createTestDatabase({ migrate: false });
  });
  afterEach(async () => {
    for (const { child } of programs.splice(0)) child.kill('SIGKILL');
    await database.drop();
  });

  function start(args: readonly string[], environment: Record<string, string>): Program {
    const program = startProgram([compiled('entrypoint'), ...args], {
      KEYRINGS_DIR: keyrings,
      ...environment,
    });
    programs.push(program);
    return program;
  }

  /** A session that blocks others; when a test fails it dies with the database. */
  async function connect(options: ClientConfig): Promise<Client> {
    const client = new Client(options);
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  const migrate = () => start(['migrate'], { DATABASE_URL: database.urls.migrator });

  async function answered(url: string, status: number): Promise<void> {
    await expect
      .poll(
        () =>
          fetch(url).then(
            (response) => response.status,
            () => 0,
          ),
        { timeout: ENDED, interval: 50 },
      )
      .toBe(status);
  }

  it('imports compiled files alone: the compiler leaves some of their names as they stand in the source', () => {
    const output = inject('compiledServer');
    const sources = readdirSync(output, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js'))
      .filter((file) => /(?:from |import\()'\.[^']*\.ts'/.test(readFileSync(join(output, file), 'utf8')));
    expect(sources).toEqual([]);
  });

  it.each([[[]], [['backup']], [['server', 'now']]])(
    'refuses the arguments %j with its usage and code 2',
    async (args) => {
      const { exited, text } = start(args, {});
      expect(await exited).toBe(2);
      expect(text()).toBe('usage: entrypoint server|worker|migrate|audit-verify|audit-prune\n');
    },
  );

  it.each(['server', 'worker', 'migrate'])('ends %s with code 1 and every broken setting', async (role) => {
    const { exited, text } = start([role], { PORT: 'x', LOG_LEVEL: 'loud' });
    expect(await exited).toBe(1);
    expect(text()).toMatch(/PORT[^]*LOG_LEVEL[^]*DATABASE_URL or DATABASE_DIR/);
    // Who collects lines has it as one; the migration is for people.
    const lines = text()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => [line.level, line.role])).toEqual(role === 'migrate' ? [] : [['fatal', role]]);
    expect(lines.every(({ err }) => String(err?.message).includes('LOG_LEVEL'))).toBe(true);
  });

  it('migrates, prints the schema version and ends with 0, again and again', async () => {
    for (const applied of [true, false]) {
      const { exited, text } = migrate();
      expect(await exited).toBe(0);
      expect(text().includes('applied MarketData1732320000000')).toBe(applied);
      expect(text()).toMatch(new RegExp(String.raw`schema version ${EXPECTED_SCHEMA_VERSION}\n$`));
    }
  });

  it('ends the migration with 1 and the reason when the role may not migrate', async () => {
    const { exited, text } = start(['migrate'], { DATABASE_URL: database.urls.application });
    expect(await exited).toBe(1);
    expect(text()).toMatch(/^migrate failed: permission denied for database/);
  });

  it('ends a migration that finds no server with 1 and the reason', async () => {
    const { exited, text } = start(['migrate'], {
      DATABASE_URL: 'postgresql://u:secret-password@127.0.0.1:1/x',
    });
    expect(await exited).toBe(1);
    expect(text()).toMatch(/^migrate failed: connect ECONNREFUSED/);
    expect(text()).not.toContain('secret-password');
  });

  it('verifies the audit log: 0 when the chain is intact, 1 when it is broken, 2 for what it does not know', async () => {
    await migrate().exited;
    const verify = (...args: string[]) =>
      start(['audit-verify', ...args], { DATABASE_URL: database.urls.application });
    const empty = verify();
    expect([await empty.exited, empty.text()]).toEqual([
      0,
      expect.stringMatching(/^0 records in [\d.]+ s, no record, chain intact\n$/),
    ]);
    const broken = verify('--expect', `1:${'0'.repeat(64)}`);
    expect([await broken.exited, broken.text()]).toEqual([
      1,
      expect.stringMatching(/^the audit log is broken at record 1: is missing; the log ends with 0.*\n$/),
    ]);
    const unknown = verify('--all');
    expect([await unknown.exited, unknown.text()]).toEqual([
      2,
      expect.stringMatching(/--all[^]*usage: entrypoint audit-verify \[--from SEQ\]/),
    ]);
  });

  it('prunes the audit log for its owner alone: 0 when it is done, 1 when it is refused, 2 for wrong arguments', async () => {
    await migrate().exited;
    const prune = (url: string, ...args: string[]) => start(['audit-prune', ...args], { DATABASE_URL: url });
    const done = prune(database.urls.migrator, '--before', '2026-01-01');
    expect([await done.exited, done.text()]).toEqual([
      0,
      'no record is from before 2026-01-01, so nothing was pruned\n',
    ]);
    const refused = prune(database.urls.application, '--before', '2026-01-01');
    expect([await refused.exited, refused.text()]).toEqual([
      1,
      expect.stringMatching(
        /^audit-prune failed: only the owner of the audit log may prune it: use the account/,
      ),
    ]);
    const wrong = prune(database.urls.migrator);
    expect([await wrong.exited, wrong.text()]).toEqual([
      2,
      expect.stringMatching(/--before must say[^]*usage: entrypoint audit-prune --before YYYY-MM-DD/),
    ]);
  });

  it('leaves at once on a SIGTERM that comes before there is anything to close in order', async () => {
    const blocker = await connect({ connectionString: database.urls.migrator });
    await blocker.query('SELECT pg_advisory_lock(5170218824)');
    const waiting = migrate();
    await expect.poll(waiting.text, { timeout: ENDED }).toContain('another migration is running');
    waiting.child.kill('SIGTERM');
    // A code and not a signal: process 1 would have survived the signal without a handler.
    expect(await waiting.exited).toBe(143);
    await blocker.end();
  });

  it('stops the server on SIGTERM: readiness first, requests in flight finish, code 0', async () => {
    await migrate().exited;
    const server = start(['server'], {
      DATABASE_URL: database.urls.application,
      SHUTDOWN_DRAIN_SECONDS: '3',
    });
    const { url: base, managementUrl: management } = await whenServing(server);
    // A lock on the table keeps a request in flight until after the drain.
    const blocker = await connect({ connectionString: database.urls.migrator, options: '-c role=app_owner' });
    await blocker.query('BEGIN; LOCK TABLE app.symbols IN ACCESS EXCLUSIVE MODE');
    const inFlight = fetch(`${base}/api/v1/symbols`).then((response) => response.status);
    await sleep(200);
    server.child.kill('SIGTERM');
    await answered(`${management}/health/ready`, 503);
    await answered(`${management}/health/live`, 200);
    await answered(`${base}/health/live`, 200);
    const isClosed = () =>
      fetch(`${base}/health/live`).then(
        () => 'open',
        (error: Error) => error.message,
      );
    await expect.poll(isClosed, { timeout: ENDED }).toBe('fetch failed');
    await blocker.query('COMMIT');
    await blocker.end();
    expect(await inFlight).toBe(200);
    expect(await server.exited).toBe(0);
    expect(server.text()).not.toContain(new URL(database.urls.application).password);
  });

  it('ends the server with 1 when its port is taken', async () => {
    const { createServer } = await import('node:http');
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const address = holder.address();
    const server = start(['server'], {
      DATABASE_URL: database.urls.application,
      PORT: String(typeof address === 'object' ? address?.port : 0),
    });
    expect(await server.exited).toBe(1);
    expect(server.text()).toContain('EADDRINUSE');
    holder.close();
  });

  it('finishes a load whose worker was killed: another worker goes on where it stopped', async () => {
    await migrate().exited;
    await database.dataSource.initialize();
    const [run] = await database.sql.query<{ id: string }>(
      `INSERT INTO app.ingestion_runs (key, source, trigger) VALUES ('sample:history:all', 'sample', 'request') RETURNING id`,
    );
    // The last of the eight symbols cannot begin while this uncommitted row stands, nor can what is stored with it, the
    // end of the seventh: that is where the worker dies.
    const blocker = await connect({ connectionString: database.urls.application });
    await blocker.query('BEGIN');
    await blocker.query(
      `INSERT INTO app.ingestion_progress (run_id, symbol, rows_total) VALUES ($1, '600000.SH', 0)`,
      [run?.id],
    );
    const environment = { DATABASE_URL: database.urls.application };
    const first = start(['worker'], environment);
    const finished = () =>
      database.sql.query(
        'SELECT symbol, finished_at FROM app.ingestion_progress WHERE finished_at IS NOT NULL ORDER BY symbol',
      );
    await expect.poll(async () => (await finished()).length, { timeout: ENDED }).toBe(6);
    const done = await finished();
    first.child.kill('SIGKILL');
    expect(await first.exited).toBe('SIGKILL');
    await blocker.query('ROLLBACK');
    await blocker.end();

    const second = start(['worker'], environment);
    const state = () =>
      database.sql.query("SELECT id, status, attempts FROM app.ingestion_runs WHERE kind = 'history'");
    await expect
      .poll(state, { timeout: 50_000, interval: 200 })
      .toEqual([{ id: run?.id, status: 'completed', attempts: 2 }]);
    expect(await finished()).toEqual(expect.arrayContaining(done));
    expect(
      await database.sql.query(
        'SELECT sum(rows_done)::int AS rows FROM app.ingestion_progress WHERE run_id = $1',
        [run?.id],
      ),
    ).toEqual([{ rows: 48_781 }]);
    expect(await database.sql.query('SELECT count(*)::int AS bars FROM app.daily_bars')).toEqual([
      { bars: 48_759 },
    ]);
    second.child.kill('SIGTERM');
    expect(await second.exited).toBe(0);
  }, 120_000);

  it('hands a load back on SIGTERM and ends with 0', async () => {
    await migrate().exited;
    await database.dataSource.initialize();
    const blocker = await connect({ connectionString: database.urls.application });
    const [run] = await database.sql.query<{ id: string }>(
      `INSERT INTO app.ingestion_runs (key, source, trigger) VALUES ('sample:history:all', 'sample', 'request') RETURNING id`,
    );
    // The fourth of eight symbols, and the end of the third that is stored with it, wait while this row stands.
    await blocker.query('BEGIN');
    await blocker.query(
      `INSERT INTO app.ingestion_progress (run_id, symbol, rows_total) VALUES ($1, '000300.SH', 0)`,
      [run?.id],
    );
    const worker = start(['worker'], { DATABASE_URL: database.urls.application });
    const finished = () =>
      database.sql.query<{ count: number }>(
        'SELECT count(finished_at)::int AS count FROM app.ingestion_progress',
      );
    await expect.poll(async () => (await finished())[0]?.count, { timeout: ENDED }).toBe(2);
    worker.child.kill('SIGTERM');
    await sleep(300);
    await blocker.query('ROLLBACK');
    await blocker.end();
    expect(await worker.exited).toBe(0);
    expect(await database.sql.query('SELECT status, attempts FROM app.ingestion_runs')).toEqual([
      { status: 'queued', attempts: 1 },
    ]);
    expect(await database.sql.query('SELECT state::text FROM jobs.job')).toEqual([{ state: 'retry' }]);
  });
});
