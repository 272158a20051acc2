import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asAdmin } from './database/testing/migrated-template.ts';
import { createKey, createUser, type PrincipalHeaders } from './testing/principals.ts';
import { createEmptyApplication, type TestApplication } from './testing/test-application.ts';

const LASTS_MS = 8_000;
/** At most this long between two times that everybody is cut off. */
const LONGEST_PAUSE_MS = 60;
const LANES = 4;

let application: TestApplication;
let operator: PrincipalHeaders;

beforeAll(async () => {
  application = await createEmptyApplication({
    logLevel: 'error',
    logDestination: { write: () => undefined },
  });
  operator = await createKey(application.app, (await createUser(application.app, 'operator')).id);
});
afterAll(() => application.close());

/** A read, and a change with its line in the audit log, which are one transaction. */
const ASKED = [
  () => request(application.app.getHttpServer()).get('/api/v1/symbols').set(operator),
  () =>
    request(application.app.getHttpServer())
      .post('/monitoring/silences')
      .set(operator)
      .send({ matchers: { rule: 'DatabaseDown' }, minutes: 1, comment: 'moving' }),
];

async function cutOffUntil(isOver: () => boolean): Promise<void> {
  await asAdmin(application.database.urls.admin, async (admin) => {
    while (!isOver()) {
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'test'`,
      );
      await sleep(Math.random() * LONGEST_PAUSE_MS);
    }
  });
}

it(
  'sessions that the server ends are a database that is away, at whatever moment it comes',
  { timeout: 60_000 },
  async () => {
    const began = performance.now();
    const isOver = (): boolean => performance.now() - began > LASTS_MS;
    const counts: Record<string, number> = {};
    const lane = async (index: number): Promise<void> => {
      for (let turn = index; !isOver(); turn += 1) {
        const { status } = (await ASKED[turn % ASKED.length]?.()) ?? { status: 0 };
        counts[status] = (counts[status] ?? 0) + 1;
      }
    };
    await Promise.all([cutOffUntil(isOver), ...Array.from({ length: LANES }, (_, index) => lane(index))]);
    console.log(`answers by status: ${JSON.stringify(counts)}`);
    expect(Object.keys(counts).toSorted((a, b) => Number(a) - Number(b))).toEqual(['200', '201', '503']);
  },
);
