import { Logger } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { grantAccess } from '../database/grants.ts';
import { runInRequest } from './testing/requests.ts';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { Metrics } from '../monitoring/metrics/metrics.ts';
import { AuditLog } from './audit-log.service.ts';
import { auditLogOf, NO_LINES, storedRecords } from './testing/audit-logs.ts';

const USER = '0b5a6a5e-8a58-4c0c-9d50-0c4f6c1b8a01';
const SESSION = '0b5a6a5e-8a58-4c0c-9d50-0c4f6c1b8a02';
const ADMIN = { kind: 'session', userId: USER, role: 'admin', sessionId: SESSION } as const;
const RECORD = '{"action":"a.b","outcome":"success","actor":{"kind":"system"},"object":{"kind":"x"}}';

let database: TestDatabase;
let log: AuditLog;
let metrics: Metrics;
let owner: Client;

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.urls.migrator });
  await owner.connect();
  await owner.query('SET ROLE app_owner');
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});
beforeEach(() => {
  metrics = new Metrics();
  log = auditLogOf(database.sql, metrics);
});

const newest = async () => (await storedRecords(database.sql)).at(-1);

describe('a record', () => {
  it('says who did what to what, from where, and what changed', async () => {
    const before = Date.now();
    await runInRequest({ address: '203.0.113.7', userAgent: 'curl/8', principal: ADMIN }, () =>
      log.record({
        action: 'user.change-role',
        object: { kind: 'user', id: USER },
        before: { role: 'viewer' },
        after: { role: 'analyst' },
        reason: 'joins the desk',
      }),
    );
    const stored = await newest();
    expect(stored).toMatchObject({
      actor_kind: 'session',
      actor_id: USER,
      action: 'user.change-role',
      object_kind: 'user',
      object_id: USER,
      outcome: 'success',
      address: '203.0.113.7',
      request_id: 'request-of-a-test',
    });
    expect(JSON.parse(stored?.record ?? '')).toEqual({
      seq: Number(stored?.seq),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      action: 'user.change-role',
      outcome: 'success',
      actor: { kind: 'session', id: USER, role: 'admin', via: SESSION },
      object: { kind: 'user', id: USER },
      address: '203.0.113.7',
      userAgent: 'curl/8',
      requestId: 'request-of-a-test',
      before: { role: 'viewer' },
      after: { role: 'analyst' },
      reason: 'joins the desk',
    });
    expect(stored?.at.getTime()).toBeGreaterThanOrEqual(before - 1_000);
    expect(stored?.at.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it('is of the platform outside of a request, and of nobody known before signing in', async () => {
    await log.record({ action: 'job.run', object: { kind: 'job' } });
    expect(await newest()).toMatchObject({ actor_kind: 'system', actor_id: null, address: null });
    await runInRequest({}, () =>
      log.record({
        action: 'session.login-refused',
        object: { kind: 'name', id: 'f00d' },
        outcome: 'refused',
      }),
    );
    expect(await newest()).toMatchObject({ actor_kind: 'anonymous', actor_id: null, outcome: 'refused' });
    await runInRequest({}, () =>
      log.record({ action: 'session.login', object: { kind: 'user', id: USER }, actor: ADMIN }),
    );
    expect(await newest()).toMatchObject({ actor_kind: 'session', actor_id: USER });
  });

  it('that cannot be written is counted, and its change fails', async () => {
    const failed = async () =>
      (await metrics.samples()).find(({ name }) => name === 'stock_analysis_audit_failures_total')?.value;
    expect(await failed()).toBe(0);
    await database.sql
      .transaction(async (sql) => {
        await sql.query('SELECT 1 / 0').catch(() => undefined);
        await log.record({ action: 'thing.change', object: { kind: 'thing' } }, sql);
      })
      .then(
        () => expect.unreachable('the transaction was aborted'),
        (error: unknown) => expect(String(error)).toContain('current transaction is aborted'),
      );
    expect(await failed()).toBe(1);
  });

  it('is a part of the transaction of its change, told of when that is committed', async () => {
    const told = vi.fn();
    metrics = new Metrics();
    log = auditLogOf(database.sql, metrics, { writeAlways: told });
    const count = async () =>
      (await metrics.samples()).find(({ name }) => name === 'stock_analysis_audit_records_total')?.value ?? 0;
    const records = await storedRecords(database.sql);
    const change = (fails: boolean) =>
      database.sql.transaction(async (sql) => {
        await log.record({ action: 'thing.change', object: { kind: 'thing' } }, sql);
        expect(told).not.toHaveBeenCalled();
        if (fails) throw new Error('no');
      });
    await expect(change(true)).rejects.toThrow('no');
    expect(await storedRecords(database.sql)).toEqual(records);
    expect([told.mock.calls, await count()]).toEqual([[], 0]);
    await change(false);
    const written = await newest();
    expect(told.mock.calls).toEqual([
      [
        {
          context: 'Audit',
          seq: written?.seq,
          hash: written?.hash,
          action: 'thing.change',
          outcome: 'success',
          objectKind: 'thing',
        },
        'audit record',
      ],
    ]);
    expect(await count()).toBe(1);
  });

  it('holds no secret: a test that hands one over fails, a server goes on without it', async () => {
    const event = { action: 'user.create', object: { kind: 'user' }, after: { password: 'hunter2' } };
    const records = await storedRecords(database.sql);
    await expect(log.record(event)).rejects.toThrow('the field password looks like a secret');
    expect(await storedRecords(database.sql)).toEqual(records);
    await new AuditLog(database.sql, 'replace', NO_LINES, new Metrics()).record(event);
    const written = await newest();
    expect(JSON.parse(written?.record ?? '')).toMatchObject({ after: { password: '[redacted]' } });
    expect(written?.record).not.toContain('hunter2');
  });

  it('may hold whatever people type', async () => {
    const reason = `NUL \0, half a pair \uD83D, quotes ' " \\, ; DROP TABLE app.audit_log; --, 贵州茅台 🚀`;
    await log.record({ action: 'thing.change', object: { kind: 'thing', id: reason }, reason });
    const clean = reason.replace('\0', '\uFFFD').replace('\uD83D,', '\uFFFD,');
    expect(JSON.parse((await newest())?.record ?? '')).toMatchObject({
      reason: clean,
      object: { id: clean },
    });
  });
});

describe('the chain', () => {
  it('numbers without gaps and hashes each record with the one before, whoever writes at once', async () => {
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const event = { action: 'thing.change', object: { kind: 'thing', id: String(index) } };
        if (index % 2 === 0) await log.record(event);
        else await database.sql.transaction((sql) => log.record(event, sql));
      }),
    );
    const records = await storedRecords(database.sql);
    expect(records.map(({ seq }) => Number(seq))).toEqual(records.map((_, index) => index + 1));
    let hash = Buffer.alloc(32);
    for (const { seq, record, hash: stored } of records) {
      hash = createHash('sha256').update(hash).update(record).digest();
      expect([seq, stored]).toEqual([seq, hash.toString('hex')]);
      expect(JSON.parse(record).seq).toBe(Number(seq));
    }
  });

  it.each([
    ['a number of its own', '{"seq":1,'],
    ['a time of its own', '{"at":"2020-01-01T00:00:00Z",'],
    ['a blank before its first key', '{ '],
  ])('refuses a record with %s', async (_what, beginning) => {
    const insert = database.sql.query('INSERT INTO app.audit_log (record) VALUES ($1)', [
      beginning + RECORD.slice(1),
    ]);
    await expect(insert).rejects.toThrow('leaves seq and at to the database');
  });

  it.each([
    ['an action without a verb', 'audit_log_action_check', { action: 'login' }],
    ['an outcome that is none', 'audit_log_outcome_check', { outcome: 'maybe' }],
    ['an actor of no kind', 'audit_log_actor_kind_check', { actor: { kind: 'root' } }],
    ['a session of nobody', 'audit_log_actor_id_check', { actor: { kind: 'session' } }],
    ['an endless text', 'audit_log_record_check', { reason: 'x'.repeat(70_000) }],
  ])('refuses %s', async (_what, constraint, change) => {
    const record = JSON.stringify({ ...JSON.parse(RECORD), ...change });
    await expect(
      database.sql.query('INSERT INTO app.audit_log (record) VALUES ($1)', [record]),
    ).rejects.toThrow(constraint);
  });

  it('refuses a transaction that cannot see the newest record', async () => {
    const insert = database.sql.transaction(async (sql) => {
      await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      await log.record({ action: 'thing.change', object: { kind: 'thing' } }, sql);
    });
    await expect(insert).rejects.toThrow('READ COMMITTED');
  });
});

describe('what the application role may do', () => {
  it.each([
    `UPDATE app.audit_log SET record = '{}'`,
    'DELETE FROM app.audit_log',
    'TRUNCATE app.audit_log',
    'DROP TABLE app.audit_log',
    'ALTER TABLE app.audit_log DISABLE TRIGGER append',
    'ALTER TABLE app.audit_log DISABLE TRIGGER never_changed',
    'ALTER TABLE app.audit_log DROP COLUMN hash',
    'DROP TRIGGER append ON app.audit_log',
    'CREATE TRIGGER mine BEFORE INSERT ON app.audit_log EXECUTE FUNCTION app.append_audit_record()',
    'CREATE OR REPLACE FUNCTION app.append_audit_record() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$',
    'ALTER FUNCTION app.append_audit_record() SECURITY INVOKER',
    'SET session_replication_role = replica',
    'SET ROLE app_owner',
    `INSERT INTO app.audit_log (seq, record) VALUES (1, '${RECORD}')`,
    `INSERT INTO app.audit_log (hash, record) VALUES (sha256(''), '${RECORD}')`,
    `INSERT INTO app.audit_log (at, record) VALUES ('2020-01-01', '${RECORD}')`,
    `INSERT INTO app.audit_log (record) VALUES ('${RECORD}') ON CONFLICT (seq) DO UPDATE SET record = ''`,
    'SELECT * FROM app.audit_log FOR UPDATE',
    'DO $$ BEGIN LOCK TABLE app.audit_log IN ACCESS EXCLUSIVE MODE; END $$',
  ])('is not: %s', async (statement) => {
    const records = await storedRecords(database.sql);
    await expect(database.sql.query(statement)).rejects.toThrow(/permission denied|must be owner/);
    expect(await storedRecords(database.sql)).toEqual(records);
  });

  const RIGHTS = `
    SELECT role, array_agg(privilege ORDER BY privilege) AS rights
      FROM unnest(ARRAY['app_a', 'app_rw', 'app_ro']) AS role
     CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS privilege
     WHERE has_table_privilege(role, 'app.audit_log', privilege)
        OR (privilege IN ('INSERT', 'UPDATE', 'REFERENCES')
            AND has_any_column_privilege(role, 'app.audit_log', privilege))
     GROUP BY role ORDER BY role`;
  const TO_READ_AND_ADD = [
    { role: 'app_a', rights: ['INSERT', 'SELECT'] },
    { role: 'app_ro', rights: ['SELECT'] },
    { role: 'app_rw', rights: ['INSERT', 'SELECT'] },
  ];

  it('is to read and to add, and nothing that it could give to itself', async () => {
    // PostgreSQL only warns of a GRANT that grants nothing.
    await database.sql.query('GRANT UPDATE, DELETE ON app.audit_log TO app_a');
    expect(await database.sql.query(RIGHTS)).toEqual(TO_READ_AND_ADD);
  });

  it('is never more, not for a moment while a migration gives out the rights to all tables', async () => {
    const seen = new Set<string>();
    const ended = new AbortController();
    const watch = async () => {
      while (!ended.signal.aborted) seen.add(JSON.stringify(await database.sql.query(RIGHTS)));
    };
    const watching = watch();
    for (let round = 0; round < 20; round += 1) await grantAccess(owner);
    ended.abort();
    await watching;
    expect([...seen]).toEqual([JSON.stringify(TO_READ_AND_ADD)]);
  });
});

describe('the owner', () => {
  it.each([`UPDATE app.audit_log SET record = '{}'`, 'DELETE FROM app.audit_log', 'TRUNCATE app.audit_log'])(
    'is refused by mistake: %s',
    async (statement) => {
      await expect(owner.query(statement)).rejects.toThrow(
        'of app.audit_log is refused: records are only ever added',
      );
    },
  );
});
