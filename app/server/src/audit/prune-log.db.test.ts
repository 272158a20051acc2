import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { BEGINNING, hashOf, type Link } from './hash-chain.ts';
import { pruneLog } from './prune-log.ts';
import { auditLogOf, storedRecords } from './testing/audit-logs.ts';
import { PrunedLinkError, verifyLog } from './verify-log.ts';

const BATCH = 10;
const nothing = (): void => undefined;

let database: TestDatabase;
let owner: Client;
let second: Client;
let reader: Client;
let links: Link[];

/** As somebody who has all rights: the triggers are switched off. */
async function tamper(statement: string, parameters: readonly unknown[] = []): Promise<void> {
  await owner.query('BEGIN; ALTER TABLE app.audit_log DISABLE TRIGGER ALL');
  await owner.query(statement, [...parameters]);
  await owner.query(
    'ALTER TABLE app.audit_log ENABLE TRIGGER append; ALTER TABLE app.audit_log ENABLE ALWAYS TRIGGER never_changed; COMMIT',
  );
}

/** A log whose records were written at these times: the trigger that writes them knows the present only. */
async function writeLog(times: readonly string[]): Promise<void> {
  await tamper('DELETE FROM app.audit_log');
  links = [];
  for (const [index, time] of times.entries()) {
    const seq = index + 1;
    const at = `${time}.000000Z`;
    const record = JSON.stringify({
      seq,
      at,
      action: 'thing.change',
      outcome: 'success',
      actor: { kind: 'system' },
      object: { kind: 'thing', id: String(seq) },
    });
    const hash = hashOf((links.at(-1) ?? BEGINNING).hash, record);
    links.push({ seq, hash });
    await tamper(
      `INSERT INTO app.audit_log (seq, hash, record, at, actor_kind, action, object_kind, object_id, outcome)
       VALUES ($1, decode($2, 'hex'), $3, $4, 'system', 'thing.change', 'thing', $5, 'success')`,
      [seq, hash, record, at, String(seq)],
    );
  }
}

async function connected(url: string, role?: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  if (role !== undefined) await client.query(`SET ROLE ${role}`);
  return client;
}

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  owner = await connected(database.urls.migrator, 'app_owner');
  second = await connected(database.urls.migrator, 'app_owner');
  reader = await connected(database.urls.application);
});
afterAll(async () => {
  await Promise.all([owner, second, reader].map((client) => client.end()));
  await database.drop();
});

/** 25 of January and 15 of February. */
beforeEach(() =>
  writeLog([
    ...Array.from({ length: 25 }, (_, index) => `2026-01-${String(index + 1).padStart(2, '0')}T23:59:59`),
    ...Array.from({ length: 15 }, (_, index) => `2026-02-${String(index + 1).padStart(2, '0')}T00:00:00`),
  ]),
);

const prune = (before: string, client = owner) => pruneLog(client, before, nothing, BATCH);
const verify = (anchors: readonly Link[] = []) => verifyLog(reader, { from: 1, anchors, progress: nothing });
const linkAt = (seq: number): Link => links[seq - 1] ?? { seq, hash: '' };
const numbers = async (): Promise<number[]> =>
  (await storedRecords(database.sql)).map(({ seq }) => Number(seq));
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('pruning', () => {
  it('takes away what is from before a day, in batches, and leaves a chain that says so', async () => {
    const told: string[] = [];
    const tell = (done: number, total: number) => void told.push(`${done}/${total}`);
    const pruned = await pruneLog(owner, '2026-02-01', tell, BATCH);
    expect(told).toEqual(['10/25', '20/25', '25/25']);
    expect(pruned).toMatchObject({ records: 25, last: linkAt(25), recordedAs: { seq: 43 } });
    expect(await numbers()).toEqual(range(26, 43));
    const { count, last, pruning } = await verify();
    expect({ count, last }).toEqual({ count: 18, last: pruned?.recordedAs });
    expect(pruning).toEqual({
      last: linkAt(25),
      recordedAs: 43,
      at: expect.stringMatching(/^20\d\d-.*Z$/),
      before: '2026-02-01',
      by: new URL(database.urls.migrator).username,
    });
  });

  it('says in the log what went, and is no secret', async () => {
    await prune('2026-02-01');
    const record = JSON.parse((await storedRecords(database.sql)).at(-1)?.record ?? '');
    expect(record).toMatchObject({
      action: 'audit.prune',
      actor: { kind: 'system' },
      object: { kind: 'audit-log' },
      after: { first: 21, records: 5, lastLink: `25:${linkAt(25).hash}` },
    });
  });

  it('does nothing, and records nothing, where nothing is so old', async () => {
    expect(await prune('2026-01-01')).toBeUndefined();
    expect(await numbers()).toEqual(range(1, 40));
    await tamper('DELETE FROM app.audit_log');
    expect(await prune('2026-02-01')).toBeUndefined();
    expect(await numbers()).toEqual([]);
  });

  it('leaves what follows a record of the day, however old its clock was', async () => {
    await writeLog(['2026-01-01T00:00:00', '2026-02-01T00:00:00', '2026-01-31T00:00:00']);
    expect(await prune('2026-02-01')).toMatchObject({ records: 1 });
    expect(await numbers()).toEqual([2, 3, 4]);
  });

  it('never leaves nothing to go on from', async () => {
    expect(await prune('2100-01-01')).toMatchObject({ records: 40, last: linkAt(40) });
    await auditLogOf(database.sql).record({ action: 'thing.change', object: { kind: 'thing' } });
    expect(await numbers()).toEqual(range(41, 45));
    expect(await verify()).toMatchObject({ count: 5, pruning: { last: linkAt(40) } });
  });

  it('can be done again, and the newest record of it counts', async () => {
    await prune('2026-01-11');
    expect(await verify()).toMatchObject({ pruning: { last: linkAt(10), recordedAs: 41 } });
    await prune('2026-02-01');
    expect(await verify()).toMatchObject({ pruning: { last: linkAt(25), recordedAs: 43 } });
  });

  it('that ends early has pruned less, and left a whole chain', async () => {
    const stop = () => {
      throw new Error('killed');
    };
    await expect(pruneLog(owner, '2026-02-01', stop, BATCH)).rejects.toThrow('killed');
    expect(await numbers()).toEqual(range(11, 41));
    expect(await verify()).toMatchObject({ pruning: { last: linkAt(10) } });
    await prune('2026-02-01');
    expect(await verify()).toMatchObject({ pruning: { last: linkAt(25) } });
  });

  it('loses no record that is written meanwhile, and none twice where two prune', async () => {
    const log = auditLogOf(database.sql);
    const written = range(1, 30).map(() => log.record({ action: 'thing.change', object: { kind: 'thing' } }));
    const pruned = await Promise.allSettled([prune('2026-02-01'), prune('2026-02-01', second)]);
    await Promise.all(written);
    const refused = pruned.filter((one) => one.status === 'rejected').map(({ reason }) => String(reason));
    expect(refused.length).toBeLessThan(2);
    expect(refused.filter((reason) => !reason.includes('somebody else prunes the log'))).toEqual([]);
    expect(await verify()).toMatchObject({ pruning: { last: linkAt(25) } });
    const kept = (await storedRecords(database.sql)).filter(({ action }) => action === 'thing.change');
    expect(kept).toHaveLength(15 + 30);
  });

  it('leaves the log as guarded as before', async () => {
    const guards = `SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'app.audit_log'::regclass ORDER BY tgname`;
    const { rows: before } = await owner.query(guards);
    await prune('2026-02-01');
    expect((await owner.query(guards)).rows).toEqual(before);
    await expect(owner.query('DELETE FROM app.audit_log WHERE seq = 26')).rejects.toThrow('only ever added');
  });

  it('is for the owner of the table alone', async () => {
    await expect(prune('2026-02-01', reader)).rejects.toMatchObject({ code: '42501' });
    expect(await numbers()).toEqual(range(1, 40));
    expect(await verify()).toMatchObject({ count: 40, pruning: undefined });
  });
});

describe('a log that was pruned', () => {
  beforeEach(() => prune('2026-02-01'));

  it('is proved to the links that are left, and to the last that went', async () => {
    expect(await verify([linkAt(25), linkAt(26), linkAt(40)])).toMatchObject({ count: 18 });
    await expect(verify([{ seq: 25, hash: '0'.repeat(64) }])).rejects.toMatchObject({
      seq: 43,
      message: expect.stringContaining('says that 25 was pruned with the hash'),
    });
    await expect(verify([linkAt(24)])).rejects.toThrow(PrunedLinkError);
    await expect(verify([linkAt(24)])).rejects.toThrow('record 24 was pruned, with all up to 25');
  });

  it('begins with what is left, or later', async () => {
    for (const from of [7, 26])
      expect(await verifyLog(reader, { from, anchors: [], progress: nothing })).toMatchObject({
        count: 18,
        pruning: { recordedAs: 43 },
      });
    const later = await verifyLog(reader, { from: 30, anchors: [], progress: nothing });
    expect([later.count, later.pruning]).toEqual([14, undefined]);
  });

  it.each([
    ['more of its beginning was taken away', 'DELETE FROM app.audit_log WHERE seq = 26', 1, 'is missing'],
    ['a record of its middle was taken away', 'DELETE FROM app.audit_log WHERE seq = 30', 30, 'is missing'],
    [
      'its first record was changed',
      `UPDATE app.audit_log SET record = replace(record, 'success', 'refused') WHERE seq = 26`,
      26,
      'its hash is not',
    ],
    ['the record of it was taken away', `DELETE FROM app.audit_log WHERE seq = 43`, 1, 'is missing'],
    [
      'the record of it was changed',
      `UPDATE app.audit_log SET record = replace(record, '2026-02-01', '2026-01-01') WHERE seq = 43`,
      43,
      'its hash is not',
    ],
  ])('is broken where %s', async (_what, statement, seq, message) => {
    await tamper(statement);
    await expect(verify()).rejects.toMatchObject({ seq, message: expect.stringContaining(message) });
  });

  it('cannot be accused by a false record of the application', async () => {
    const log = auditLogOf(database.sql);
    for (const lastLink of [`25:${'0'.repeat(64)}`, 'x', `99:${'0'.repeat(64)}`])
      await log.record({ action: 'audit.prune', object: { kind: 'audit-log' }, after: { lastLink } });
    expect(await verify()).toMatchObject({ count: 21, pruning: { recordedAs: 43 } });
  });
});
