import { pinoHttp } from 'pino-http';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { monitoring } from '../../common/configuration/monitoring-schema.ts';
import { lineOptions } from '../../common/logging/log-lines.ts';
import { ProcessLog } from '../../common/logging/process-log.ts';
import { DatabaseConnector } from '../../database/connector.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import type { Database } from '../../database/sql.ts';
import { createUser, type TestUser } from '../../testing/principals.ts';
import { createEmptyApplication, type TestApplication } from '../../testing/test-application.ts';
import { LogLevels } from './log-levels.ts';

let application: TestApplication;
let operator: TestUser;
const lines: string[] = [];
const destination = { write: (line: string) => void lines.push(line) };

beforeAll(async () => {
  // Whatever is slow here writes no line of its own.
  const slow = { eventLoopMilliseconds: 60_000, queryMilliseconds: 60_000, routeMilliseconds: 60_000 };
  application = await createEmptyApplication({
    ...{ logLevel: 'info', logDestination: destination },
    monitoring: monitoring.parse({ slow }),
  });
  operator = await createUser(application.app, 'operator');
});
afterAll(() => application.close());
beforeEach(async () => {
  await ask('delete').expect(200);
  lines.length = 0;
});

const ask = (method: 'get' | 'put' | 'delete', body?: object) =>
  request(application.app.getHttpServer())[method]('/monitoring/log-level').set(operator.session).send(body);

/** What keeps the level of a worker, with a log of its own: another process is all that is missing. */
function worker(sql: Database = application.database.sql): { levels: LogLevels; log: ProcessLog } {
  const { app, database } = application;
  const { logger } = pinoHttp(lineOptions('worker', 'info'), destination);
  const log = new ProcessLog('worker', 'info', logger, destination);
  const configuration = database.configuration('worker');
  const levels = new LogLevels(configuration, sql, app.get(DatabaseConnector), app.get(PeriodicQueries), log);
  return { levels, log };
}

const inSeconds = (seconds: number) =>
  application.database.sql.query(
    'UPDATE app.log_level_orders SET ends_at = now() + make_interval(secs => $1)',
    [seconds],
  );

describe('the level of the log', () => {
  it('is ordered for all processes, says until when, and is in the audit log with its reason', async () => {
    const { levels, log } = worker();
    const { body } = await ask('put', { level: 'debug', minutes: 30, reason: 'looks for a slow load' });
    expect(body).toMatchObject({ level: 'debug', configured: 'info' });
    const minutes = (Date.parse(body.until) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(29.5);
    expect(minutes).toBeLessThan(30.5);
    await levels.look();
    expect(log.level).toBe('debug');
    const { body: seen } = await ask('get').expect(200);
    expect(seen.orders).toMatchObject([
      { role: 'server', level: 'debug', reason: 'looks for a slow load', setBy: operator.id },
      { role: 'worker', level: 'debug' },
    ]);
    expect(seen.processes).toMatchObject([
      { role: 'server', level: 'debug', configured: 'info' },
      { role: 'worker', level: 'debug', configured: 'info' },
    ]);
    const [record] = await application.database.sql.query<{ record: string }>(
      `SELECT record FROM app.audit_log WHERE action = 'log-level.change' ORDER BY seq DESC LIMIT 1`,
    );
    expect(JSON.parse(record?.record ?? '')).toMatchObject({
      actor: { id: operator.id },
      object: { kind: 'log-level', id: 'all' },
      after: { level: 'debug', minutes: 30 },
      reason: 'looks for a slow load',
    });
  });

  it('is ordered for one role, and the other goes on as it is configured', async () => {
    const { levels, log } = worker();
    await ask('put', { level: 'trace', minutes: 1, role: 'worker', reason: 'one role' }).expect(200);
    await levels.look();
    const { body } = await ask('get');
    expect([body.level, log.level]).toEqual(['info', 'trace']);
  });

  it('ends by itself, without the database', async () => {
    const { levels, log } = worker();
    await ask('put', { level: 'debug', minutes: 1, reason: 'ends by itself' }).expect(200);
    await inSeconds(3);
    await levels.look();
    expect(log.level).toBe('debug');
    await expect.poll(() => log.level, { timeout: 10_000 }).toBe('info');
    await levels.look();
    expect(log.level).toBe('info');
  });

  it('goes on holding while the database is away', async () => {
    const { sql } = application.database;
    let isAway = false;
    const fickle: Database = {
      transaction: (work) => sql.transaction(work),
      query: (text, parameters) => (isAway ? Promise.reject(new Error('away')) : sql.query(text, parameters)),
    };
    const { levels, log } = worker(fickle);
    await ask('put', { level: 'error', minutes: 1, reason: 'while it is away' }).expect(200);
    await levels.look();
    isAway = true;
    await expect(levels.look()).rejects.toThrow('away');
    expect(log.level).toBe('error');
  });

  it('of the process that answers ends when its own order does, whatever was ordered for others', async () => {
    await ask('put', { level: 'warn', minutes: 10, role: 'server', reason: 'less of it' }).expect(200);
    const { body } = await ask('put', { level: 'trace', minutes: 90, role: 'worker', reason: 'more of it' });
    const minutes = (Date.parse(body.until) - Date.now()) / 60_000;
    expect([body.level, Math.round(minutes)]).toEqual(['warn', 10]);
    await ask('delete').expect(200);
    await ask('put', { level: 'trace', minutes: 90, role: 'worker', reason: 'more of it' }).expect(200);
    expect((await ask('get').expect(200)).body).toMatchObject({ level: 'info', until: null });
    await ask('delete').expect(200);
  });

  it('is again as configured when somebody says so, which is recorded once', async () => {
    const count = async () =>
      (await application.database.sql.query(`SELECT 1 FROM app.audit_log WHERE action = 'log-level.end'`))
        .length;
    await ask('put', { level: 'fatal', minutes: 1, reason: 'to be ended' }).expect(200);
    const before = await count();
    expect((await ask('delete').expect(200)).body).toMatchObject({ level: 'info', until: null, orders: [] });
    await ask('delete').expect(200);
    expect(await count()).toBe(before + 1);
  });

  it('decides which lines are written, but for those that are kept as a proof', async () => {
    await ask('put', { level: 'error', minutes: 1, reason: 'less' }).expect(200);
    await ask('put', { level: 'fatal', minutes: 1, reason: 'even less' }).expect(200);
    await ask('delete').expect(200);
    await ask('get').expect(200);
    const written = () =>
      lines
        .map((line) => JSON.parse(line))
        .map(({ context, action, now, req }) => action ?? now ?? req?.method ?? context);
    // No line of the two requests that ended at a higher level; those of the audit log and of the level itself are all there.
    await expect
      .poll(written)
      .toEqual([
        'log-level.change',
        'error',
        'log-level.change',
        'fatal',
        'log-level.end',
        'info',
        'DELETE',
        'GET',
      ]);
  });

  it.each([
    ['level', { level: 'silent' }],
    ['level', { level: 'INFO' }],
    ['minutes', { minutes: 0 }],
    ['minutes', { minutes: 1_441 }],
    ['minutes', { minutes: 1.5 }],
    ['role', { role: 'migrate' }],
    ['reason', { reason: '  ' }],
    ['silence', { silence: true }],
  ])('is refused with the field %s of %j', async (field, wrong) => {
    const { body } = await ask('put', { level: 'debug', minutes: 1, reason: 'wrong', ...wrong }).expect(400);
    expect(body.errors).toEqual([expect.objectContaining({ parameter: field })]);
    expect((await ask('get')).body.orders).toEqual([]);
  });
});
