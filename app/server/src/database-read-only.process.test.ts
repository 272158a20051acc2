import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asAdmin } from './database/testing/migrated-template.ts';
import { LONGEST_MS, SETTLED_MS, TellingPlatform } from './testing/telling-platform.ts';

const telling = new TellingPlatform();

beforeAll(() => telling.open());
afterAll(() => telling.close());

async function readOnly(value: 'on' | 'off'): Promise<void> {
  const { database } = telling.platform;
  const [name] = await database.sql.query<{ name: string }>('SELECT current_database() AS name');
  await asAdmin(database.urls.admin, async (admin) => {
    // It holds for this session as well.
    await admin.query('SET default_transaction_read_only = off');
    await admin.query(`ALTER DATABASE ${name?.name} SET default_transaction_read_only = ${value}`);
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'test'`,
    );
  });
}

it(
  'a database that answers but takes no writes is told of by mail, for then no alert is judged',
  { timeout: 3 * LONGEST_MS },
  async () => {
    telling.showLinesOnFailure();
    const { platform, workers } = telling;
    await readOnly('on');
    await telling.until('the mail of the fault', () => platform.subjects.length > 0);
    for (const worker of workers) expect(await telling.statusOf(worker, 'ready')).toBe(200);
    // Each worker finds by itself, and in its own time, that it cannot judge; the mail is that of the first.
    for (const worker of workers)
      for (const [one, message] of [
        ['database', 'degraded: it answers and takes no writes'],
        ['alerts', 'read-only transaction'],
      ] as const)
        await telling.until(`${one} of a worker: ${message}`, async () =>
          (await telling.stateOf(worker, one)).includes(message),
        );
    await sleep(SETTLED_MS);
    await readOnly('off');
    await telling.until('the mail of the end', () => platform.subjects.length > 1);
    await sleep(SETTLED_MS);
    expect(platform.subjects.map((subject) => subject.toLowerCase())).toEqual([
      expect.stringContaining('alerts are not judged'),
      expect.stringMatching(/resolved.*alerts are not judged/),
    ]);
  },
);
