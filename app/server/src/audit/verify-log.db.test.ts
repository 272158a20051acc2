import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import type { Link } from './hash-chain.ts';
import { auditLogOf, storedRecords } from './testing/audit-logs.ts';
import { runInRequest } from './testing/requests.ts';
import { verifyLog } from './verify-log.ts';

/** More than one batch of the cursor. */
const RECORDS = 2_500;
const USER = '0b5a6a5e-8a58-4c0c-9d50-0c4f6c1b8a01';
const OTHER = '0b5a6a5e-8a58-4c0c-9d50-0c4f6c1b8a09';

let database: TestDatabase;
let owner: Client;
let reader: Client;
let links: Link[];

/** Adds as many records as one statement can, and one of each shape through the service. */
async function fill(): Promise<void> {
  Logger.overrideLogger(false);
  const log = auditLogOf(database.sql);
  await log.record({ action: 'job.run', object: { kind: 'job' } });
  const principal = { kind: 'session', userId: USER, role: 'admin', sessionId: USER } as const;
  await runInRequest({ address: '2001:db8::1', principal }, () =>
    log.record({
      action: 'user.create',
      object: { kind: 'user', id: '贵州茅台 \\ " \u2028' },
      after: { a: 1 },
    }),
  );
  await database.sql.query(
    `INSERT INTO app.audit_log (record)
     SELECT format('{"action":"thing.change","outcome":"success","actor":{"kind":"system"},"object":{"kind":"thing","id":"%s"}}', n)
       FROM generate_series(1, $1) AS n`,
    [RECORDS - 2],
  );
}

/** As somebody who has all rights: the triggers are switched off. */
async function tamper(statements: string): Promise<void> {
  await owner.query(
    `BEGIN; ALTER TABLE app.audit_log DISABLE TRIGGER ALL; ${statements}; ALTER TABLE app.audit_log ENABLE TRIGGER append; ALTER TABLE app.audit_log ENABLE ALWAYS TRIGGER never_changed; COMMIT`,
  );
}

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.urls.migrator });
  reader = new Client({ connectionString: database.urls.application });
  await Promise.all([owner.connect(), reader.connect()]);
  await owner.query('SET ROLE app_owner');
  await fill();
  links = (await storedRecords(database.sql)).map(({ seq, hash }) => ({ seq: Number(seq), hash }));
  await owner.query('CREATE TABLE app.audit_log_saved AS TABLE app.audit_log');
});
afterAll(async () => {
  await Promise.all([owner.end(), reader.end()]);
  await database.drop();
});
afterEach(() => tamper('DELETE FROM app.audit_log; INSERT INTO app.audit_log TABLE app.audit_log_saved'));

const verify = ({ from = 1, anchors = [] as readonly Link[] } = {}) =>
  verifyLog(reader, { from, anchors, progress: () => undefined });
const linkAt = (seq: number): Link => links[seq - 1] ?? { seq, hash: '' };

describe('an untouched log', () => {
  it('is intact, from its first record and from any other, and to every link that was told outside', async () => {
    const last = linkAt(RECORDS);
    expect(await verify({ anchors: [linkAt(1), linkAt(1_000), last] })).toEqual({ count: RECORDS, last });
    expect(await verify({ from: 1_000 })).toEqual({ count: RECORDS - 999, last });
    expect(await verify({ from: RECORDS + 1 })).toEqual({ count: 0, last });
  });

  it('tells how far it is', async () => {
    const told: string[] = [];
    const progress = (done: number, total: number) => void told.push(`${done}/${total}`);
    await verifyLog(reader, { from: 101, anchors: [], progress });
    expect(told).toEqual(['1000/2400', '2000/2400', '2400/2400']);
  });

  it('is one that nobody has written to yet', async () => {
    await tamper('DELETE FROM app.audit_log');
    expect(await verify()).toEqual({ count: 0, last: { seq: 0, hash: '0'.repeat(64) } });
    await expect(verify({ anchors: [linkAt(1)] })).rejects.toThrow(
      'record 1: is missing; the log ends with 0',
    );
  });

  it('leaves the session as it was, broken or not', async () => {
    await verify();
    await tamper('DELETE FROM app.audit_log WHERE seq = 7');
    await expect(verify()).rejects.toThrow('record 7: is missing');
    expect((await reader.query('SELECT pg_current_xact_id_if_assigned() AS id')).rows).toEqual([
      { id: null },
    ]);
    expect((await reader.query('SELECT name FROM pg_cursors')).rows).toEqual([]);
  });
});

describe('a log that somebody with all rights has', () => {
  const REHASH = `
    DO $$
    DECLARE one record; before bytea := (SELECT hash FROM app.audit_log WHERE seq = 6);
    BEGIN
      FOR one IN SELECT seq, record FROM app.audit_log WHERE seq >= 7 ORDER BY seq LOOP
        before := sha256(before || convert_to(one.record, 'UTF8'));
        UPDATE app.audit_log SET hash = before WHERE seq = one.seq;
      END LOOP;
    END $$`;

  it.each([
    [
      'changed a record of',
      `UPDATE app.audit_log SET record = replace(record, 'success', 'refused') WHERE seq = 7`,
      7,
      'its hash is not',
    ],
    [
      'changed one character of',
      `UPDATE app.audit_log SET record = record || ' ' WHERE seq = ${RECORDS}`,
      RECORDS,
      'its hash is not',
    ],
    ['changed a hash of', `UPDATE app.audit_log SET hash = sha256('') WHERE seq = 7`, 7, 'its hash is not'],
    [
      'changed a record and its hash of',
      `UPDATE app.audit_log a SET record = a.record || ' ', hash = sha256((SELECT hash FROM app.audit_log WHERE seq = 6) || convert_to(a.record || ' ', 'UTF8')) WHERE seq = 7`,
      8,
      'its hash is not',
    ],
    ['taken a record out of', 'DELETE FROM app.audit_log WHERE seq = 7', 7, 'is missing; 8 follows 6'],
    ['taken the first out of', 'DELETE FROM app.audit_log WHERE seq = 1', 1, 'is missing; 2 follows 0'],
    [
      'taken a record out of and closed the gap of',
      `DELETE FROM app.audit_log WHERE seq = 7; UPDATE app.audit_log SET seq = -seq WHERE seq > 7; UPDATE app.audit_log SET seq = -seq - 1 WHERE seq < 0`,
      7,
      'holds the text of record 8',
    ],
    [
      'swapped two records of',
      `UPDATE app.audit_log SET seq = -7 WHERE seq = 7; UPDATE app.audit_log SET seq = 7 WHERE seq = 8; UPDATE app.audit_log SET seq = 8 WHERE seq = -7`,
      7,
      'holds the text of record 8',
    ],
    [
      'put a record into, without its index,',
      `ALTER TABLE app.audit_log DROP CONSTRAINT audit_log_pkey; INSERT INTO app.audit_log SELECT * FROM app.audit_log WHERE seq = 7`,
      7,
      'stands there twice',
    ],
    [
      'changed who is found for a record of',
      `UPDATE app.audit_log SET actor_id = '${OTHER}' WHERE seq = 2`,
      2,
      'the column of its actorId',
    ],
    [
      'changed when of',
      `UPDATE app.audit_log SET at = at - interval '1 microsecond' WHERE seq = 7`,
      7,
      'the column of its at',
    ],
    [
      'changed what of',
      `UPDATE app.audit_log SET action = 'thing.look' WHERE seq = 7`,
      7,
      'the column of its action',
    ],
    [
      'changed the address of',
      `UPDATE app.audit_log SET address = NULL WHERE seq = 2`,
      2,
      'the column of its address',
    ],
    [
      'changed the object of',
      `UPDATE app.audit_log SET object_id = NULL WHERE seq = 7`,
      7,
      'the column of its objectId',
    ],
    [
      'changed the outcome of',
      `UPDATE app.audit_log SET outcome = 'failed' WHERE seq = 7`,
      7,
      'the column of its outcome',
    ],
  ])('%s it is broken there', async (_what, statements, seq, message) => {
    await tamper(statements);
    await expect(verify()).rejects.toMatchObject({ seq, message: expect.stringContaining(message) });
    if (statements.includes('DROP CONSTRAINT'))
      await tamper(
        'DELETE FROM app.audit_log WHERE seq = 7; ALTER TABLE app.audit_log ADD CONSTRAINT audit_log_pkey PRIMARY KEY (seq)',
      );
  });

  it('cut off at its end is found out by a link that was told outside, and by nothing else', async () => {
    await tamper('DELETE FROM app.audit_log WHERE seq > 2400');
    expect(await verify()).toMatchObject({ count: 2_400 });
    await expect(verify({ anchors: [linkAt(2_401)] })).rejects.toThrow(
      'record 2401: is missing; the log ends with 2400, and 2401 is expected',
    );
  });

  it('written anew from a record on is found out by a later link that was told outside, and by nothing else', async () => {
    await tamper(`UPDATE app.audit_log SET record = record || ' ' WHERE seq = 7; ${REHASH}`);
    expect(await verify()).toMatchObject({ count: RECORDS });
    await expect(verify({ anchors: [linkAt(6), linkAt(2_000)] })).rejects.toMatchObject({ seq: 2_000 });
    await expect(verify({ from: 8, anchors: [linkAt(8)] })).rejects.toMatchObject({ seq: 8 });
  });

  it.each([
    ['no JSON', `record || ','`, 'is no JSON'],
    ['no record', `'{"seq":7}'`, 'parts of it are missing'],
    ['another number', `replace(record, '"seq":7,', '"seq":8,')`, 'says that it is record 8'],
  ])('written anew with %s is broken there, though every hash is right', async (_what, record, message) => {
    await tamper(`UPDATE app.audit_log SET record = ${record} WHERE seq = 7; ${REHASH}`);
    await expect(verify()).rejects.toMatchObject({ seq: 7, message: expect.stringContaining(message) });
  });

  it('begun in the middle needs the link before', async () => {
    await tamper('DELETE FROM app.audit_log WHERE seq = 99');
    await expect(verify({ from: 100 })).rejects.toMatchObject({ seq: 99 });
    expect(await verify({ from: 101 })).toMatchObject({ count: RECORDS - 100 });
  });
});
