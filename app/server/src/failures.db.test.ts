import { Client } from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asAdmin } from './database/testing/migrated-template.ts';
import { CapturedLogs } from './testing/captured-logs.ts';
import { createEmptyApplication, type TestApplication } from './testing/test-application.ts';

describe('a query that is cut off at its time limit', () => {
  const logs = new CapturedLogs();
  let application: TestApplication;

  beforeAll(async () => {
    application = await createEmptyApplication({ logLevel: 'error', logDestination: logs });
  });
  afterAll(() => application.close());

  /** Ends what waits for a lock as its time limit would, with the same SQLSTATE (57014); answers how many queries. */
  async function cutOff(): Promise<number> {
    const { admin } = application.database.urls;
    let count = 0;
    await asAdmin(admin, async (client) => {
      const { rowCount } = await client.query(
        `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      count = rowCount ?? 0;
    });
    return count;
  }

  it('is a failure of the server, not a database that is away, and stands in the log', async () => {
    const blocker = new Client({
      connectionString: application.database.urls.migrator,
      options: '-c role=app_owner',
    });
    await blocker.connect();
    try {
      await blocker.query('BEGIN; LOCK TABLE app.symbols IN ACCESS EXCLUSIVE MODE');
      const asked = request(application.app.getHttpServer())
        .get('/api/v1/symbols')
        .then((response) => response);
      await expect.poll(cutOff, { timeout: 5_000 }).toBeGreaterThan(0);
      const { status, headers, body } = await asked;
      expect([status, body.type.split('/').at(-1)]).toEqual([500, 'internal-server-error']);
      expect(headers['retry-after']).toBeUndefined();
      expect(JSON.stringify(body)).not.toContain('statement');
      const line = logs.parsed().find(({ requestId, stack, msg }) => {
        return requestId === body.requestId && `${msg} ${String(stack)}`.includes('canceling statement');
      });
      expect(line?.level).toBe('error');
    } finally {
      await blocker.end();
    }
  });

  it.each(['login_failures', 'audit_log'])(
    'is to be asked again where %s is held by somebody else',
    async (table) => {
      const blocker = new Client({
        connectionString: application.database.urls.migrator,
        options: '-c role=app_owner',
      });
      await blocker.connect();
      try {
        await blocker.query(`BEGIN; LOCK TABLE app.${table} IN ACCESS EXCLUSIVE MODE`);
        const { status, headers, body } = await request(application.app.getHttpServer())
          .post('/api/v1/auth/login')
          .send({ username: 'nobody', password: 'not the right one' });
        expect([status, body.type.split('/').at(-1)]).toEqual([503, 'unavailable']);
        expect(Number(headers['retry-after'])).toBeGreaterThan(0);
        expect(body.detail).toContain('others are changing the same');
      } finally {
        await blocker.end();
      }
    },
    60_000,
  );
});
