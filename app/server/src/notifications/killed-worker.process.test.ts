import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { compiled } from '../testing/compiled-server.ts';
import { type Program, startProgram } from '../testing/programs.ts';
import { alertOf } from './testing/messages.ts';
import { WebhookReceiver } from './testing/webhook-receiver.ts';

const SOON = { timeout: 40_000, interval: 50 };

/** The worker as it is shipped, configured as an administrator does it, killed with its message under way. */
describe('a worker that is killed between sending and knowing it', () => {
  let folder: string;
  let database: TestDatabase;
  const hook = new WebhookReceiver();
  const programs: Program[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'killed-worker-'));
    database = await createTestDatabase();
    await hook.start();
    writeFileSync(
      join(folder, 'config.yaml'),
      'marketData: {provider: Sample, symbols: [600000.SH]}\nmonitoring: {notifications: {webhook: {}}}\n',
    );
    writeFileSync(join(folder, 'webhook-url'), `http://127.0.0.1:${hook.port}/hooks/of-the-tests\n`);
    writeFileSync(join(folder, 'webhook-secret'), 'shared-by-both-of-the-tests\n');
  });
  afterAll(async () => {
    for (const { child } of programs) child.kill('SIGKILL');
    await Promise.all(programs.map(({ exited }) => exited));
    await hook.stop();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  function startWorker(): Program {
    const program = startProgram([compiled('entrypoint'), 'worker'], {
      DATABASE_URL: database.urls.application,
      STOCK_ANALYSIS_CONFIG_FILE: join(folder, 'config.yaml'),
      NOTIFICATIONS_DIR: folder,
    });
    programs.push(program);
    return program;
  }

  const sendings = () =>
    database.sql.query<{ id: string; state: string; attempt: number }>(
      'SELECT id, state, attempt FROM app.notification_sendings',
    );

  const sessionsOfWorkers = async (): Promise<number> => {
    const [row] = await database.sql.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'stock-analysis-worker-jobs'`,
    );
    return row?.count ?? 0;
  };

  it('leaves it to another one, which sends the same message: the receiver knows it by its key', async () => {
    const { child: first } = startWorker();
    // It has read everything, and never answers: whether it took the message nobody knows.
    hook.answers.push(() => void first.kill('SIGKILL'));
    await database.sql.query(
      `INSERT INTO app.notification_deliveries (subject_key, transition, channel, group_key, content)
       VALUES ('alert-1', 'firing', 'webhook', 'a', $1)`,
      [JSON.stringify(alertOf())],
    );
    await expect.poll(() => first.signalCode, SOON).toBe('SIGKILL');
    expect(await sendings()).toMatchObject([{ state: 'sending', attempt: 1 }]);

    await expect.poll(sessionsOfWorkers, SOON).toBe(0);
    startWorker();
    // Its claim holds for a minute, within which nobody else may send.
    await expect.poll(sessionsOfWorkers, SOON).toBeGreaterThan(0);
    expect(hook.hooks).toHaveLength(1);
    await database.sql.query('UPDATE app.notification_sendings SET due_at = now()');
    await expect.poll(sendings, SOON).toMatchObject([{ state: 'sent', attempt: 2 }]);
    expect(hook.hooks).toHaveLength(2);
    expect(hook.hooks[1]).toEqual(hook.hooks[0]);
    expect(programs.map(({ text }) => text()).join('')).not.toMatch(/shared-by-both|of-the-tests/);
  });
});
