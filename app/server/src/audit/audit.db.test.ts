import type { NestExpressApplication } from '@nestjs/platform-express';
import { createHash } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../common/clock.ts';
import type { Database } from '../database/sql.ts';
import { createKey, createUser, type PrincipalHeaders, type TestUser } from '../testing/principals.ts';
import { createEmptyApplication, type TestApplication } from '../testing/test-application.ts';
import { AuditLog } from './audit-log.service.ts';
import { AuditService } from './audit.service.ts';
import type { AuditItem } from './audit.dto.ts';
import { auditLogOf, storedRecords } from './testing/audit-logs.ts';
import { runInRequest } from './testing/requests.ts';

const OTHER = '0b5a6a5e-8a58-4c0c-9d50-0c4f6c1b8a09';
const ALWAYS = 'from=2020-01-01T00:00:00Z&to=2020-12-31T00:00:00Z';

let application: TestApplication;

let database: TestApplication['database'];
let app: NestExpressApplication;
let admin: TestUser;

beforeAll(async () => {
  application = await createEmptyApplication();
  ({ app, database } = application);
  admin = await createUser(app, 'admin');
});
afterAll(() => application.close());

const get = (query: string, headers: PrincipalHeaders = admin.session) =>
  request(app.getHttpServer()).get(`/api/v1/audit${query}`).set(headers);
const list = async (query: string): Promise<{ items: AuditItem[]; nextCursor: string | null }> =>
  (await get(query).expect(200)).body;
/** What an export of a day around now is asked for by. */
const around = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
const TODAY = `from=${around(-12)}&to=${around(12)}`;

const log = (): AuditLog => app.get(AuditLog);
const as = (userId: string, work: () => Promise<void>) =>
  runInRequest(
    { address: '203.0.113.7', principal: { kind: 'session', userId, role: 'admin', sessionId: OTHER } },
    work,
  );

describe('GET /api/v1/audit', () => {
  beforeAll(async () => {
    await as(admin.id, () =>
      log().record({ action: 'user.create', object: { kind: 'user', id: OTHER }, after: { role: 'viewer' } }),
    );
    await as(OTHER, () =>
      log().record({
        action: 'session.login-refused',
        object: { kind: 'user', id: OTHER },
        outcome: 'refused',
      }),
    );
    await as(OTHER, () => log().record({ action: 'session.login', object: { kind: 'user', id: OTHER } }));
    await log().record({ action: 'sessions.purge', object: { kind: 'session' }, outcome: 'failed' });
  });

  const found = async (query: string): Promise<string[]> =>
    (await list(query)).items.map(({ action }) => action).filter((action) => action !== 'audit.read');

  it('answers the newest first, as the records say', async () => {
    const { items } = await list('?limit=200');
    expect(items.map(({ seq }) => seq)).toEqual([4, 3, 2, 1]);
    expect(items[3]).toEqual({
      seq: 1,
      hash: (await storedRecords(database.sql))[0]?.hash,
      at: expect.stringMatching(/Z$/),
      action: 'user.create',
      outcome: 'success',
      actor: { kind: 'session', id: admin.id, role: 'admin', via: OTHER },
      object: { kind: 'user', id: OTHER },
      address: '203.0.113.7',
      requestId: expect.any(String),
      after: { role: 'viewer' },
    });
  });

  it('keeps who looked, at what', async () => {
    await list(`?actor=${OTHER}&limit=1`);
    const [newest] = (await list('?limit=1')).items;
    expect(newest).toMatchObject({
      action: 'audit.read',
      actor: { kind: 'session', id: admin.id },
      after: { actor: OTHER, records: 1 },
    });
  });

  it.each([
    [`actor=${OTHER}`, ['session.login', 'session.login-refused']],
    ['action=session.login', ['session.login', 'session.login-refused']],
    ['action=session.login-', ['session.login-refused']],
    ['action=session', ['sessions.purge', 'session.login', 'session.login-refused']],
    ['action=session.', ['session.login', 'session.login-refused']],
    ['action=login', []],
    ['objectKind=user', ['session.login', 'session.login-refused', 'user.create']],
    [`objectKind=user&objectId=${OTHER}&outcome=success`, ['session.login', 'user.create']],
    [`objectId=${encodeURIComponent(`' OR 1=1 --`)}`, []],
    ['outcome=failed', ['sessions.purge']],
    [ALWAYS, []],
    [`${TODAY}&outcome=refused`, ['session.login-refused']],
  ])('finds by %s', async (query, actions) => {
    expect(await found(`?${query}&limit=200`)).toEqual(actions);
  });

  it('pages through what fits without a gap, also while it grows', async () => {
    const seen: number[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null; page += 1) {
      expect(page).toBeLessThan(3);
      const answer = await list(`?objectKind=user&limit=1${cursor && `&cursor=${cursor}`}`);
      seen.push(...answer.items.map(({ seq }) => seq));
      cursor = answer.nextCursor;
    }
    expect(seen).toEqual([3, 2, 1]);
  });

  it('records one look, however many pages it has, and each look of somebody else or at something else', async () => {
    const looks = async () =>
      (await storedRecords(database.sql)).filter(({ action }) => action === 'audit.read').length;
    const before = await looks();
    const first = await list('?objectKind=user&limit=1');
    const second = await list(`?objectKind=user&limit=1&cursor=${first.nextCursor}`);
    await list(`?objectKind=user&limit=2&cursor=${second.nextCursor}`);
    expect(await looks()).toBe(before + 1);

    const other = await createUser(app, 'admin');
    await get(`?objectKind=user&limit=1&cursor=${first.nextCursor}`, other.session).expect(200);
    await get(
      `?objectKind=user&limit=1&cursor=${first.nextCursor}`,
      await createKey(app, admin.id, ['audit:read']),
    ).expect(200);
    await list(`?outcome=refused&cursor=${second.nextCursor}`);
    const made = Buffer.from(`4:${Date.now()}:${'A'.repeat(22)}`).toString('base64url');
    await list(`?objectKind=user&cursor=${made}`);
    expect(await looks()).toBe(before + 5);
  });

  it('is for administrators, and for their keys that are made for it', async () => {
    const { id, session } = await createUser(app, 'operator');
    for (const path of ['', `/export?format=csv&${TODAY}`]) {
      await get(path, {}).expect(401);
      await get(path, session).expect(403);
      await get(path, await createKey(app, id, ['audit:read'])).expect(403);
      await get(path, await createKey(app, admin.id, ['market:read', 'users:read'])).expect(403);
      await get(path, await createKey(app, admin.id, ['audit:read'])).expect(200);
    }
  });

  it('is not to be kept by anybody on the way', async () => {
    const answer = await get('').expect(200);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it.each([
    ['?actor=me', 'actor'],
    ['?action=Session', 'action'],
    ['?action=%25', 'action'],
    ['?objectId=%00', 'objectId'],
    ['?objectKind=', 'objectKind'],
    ['?outcome=maybe', 'outcome'],
    ['?from=2026-11-26', 'from'],
    ['?from=2026-02-30T00:00:00Z', 'from'],
    ['?from=2026-11-26T00:00:00', 'from'],
    ['?from=2026-11-26T00:00:00+08:00', 'from'],
    ['?from=2026-11-26T24:00:00Z', 'from'],
    ['?from=2026-11-26T00:00:00Z&to=2026-11-26T00:00:00Z', 'from'],
    ['?cursor=4', 'cursor'],
    ['?cursor=c2VxOi0x', 'cursor'],
    ['?limit=201', 'limit'],
    ['?limit=0', 'limit'],
    ['?user=1', 'user'],
    ['?actor=a&actor=b', 'actor'],
    [`/export?${TODAY}`, 'format'],
    [`/export?${TODAY}&format=xlsx`, 'format'],
    ['/export?format=csv&to=2026-11-26T00:00:00Z', 'from'],
    ['/export?format=csv&from=2026-11-26T00:00:00Z', 'to'],
    ['/export?format=csv&from=2025-01-01T00:00:00Z&to=2026-11-26T00:00:00Z', 'to'],
    ['/export?format=csv&from=2026-11-26T00:00:00Z&to=2026-11-25T00:00:00Z', 'from'],
    [`/export?format=csv&${TODAY}&limit=1`, 'limit'],
  ])('refuses %s, and records nothing', async (query, parameter) => {
    const records = await storedRecords(database.sql);
    const { body } = await get(query).expect(400);
    expect(body.errors).toEqual([expect.objectContaining({ parameter })]);
    expect(await storedRecords(database.sql)).toEqual(records);
  });
});

describe('GET /api/v1/audit/export', () => {
  /** More than two batches. */
  const MORE = 2_100;

  beforeAll(async () => {
    await log().record({
      action: 'thing.change',
      object: { kind: 'thing', id: '=HYPERLINK("http://example.org")' },
      after: { text: '贵州茅台, "quoted"\nand \u2028 broken' },
      reason: '@SUM(A1)',
    });
    await database.sql.query(
      `INSERT INTO app.audit_log (record)
       SELECT format('{"action":"thing.change","outcome":"success","actor":{"kind":"system"},"object":{"kind":"thing","id":"%s"}}', n)
         FROM generate_series(1, $1) AS n`,
      [MORE],
    );
  });

  it('hands out NDJSON that anybody can verify with SHA-256 alone, and records it first', async () => {
    const stored = await storedRecords(database.sql);
    const answer = await get(`/export?format=ndjson&${TODAY}`).buffer(true).expect(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-disposition': `attachment; filename="audit-log-1-${stored.length}.ndjson"`,
      'cache-control': 'no-store',
    });
    const lines: { seq: number; previous: string; hash: string; record: string }[] = answer.text
      .trimEnd()
      .split('\n')
      .map((line: string) => JSON.parse(line));
    expect(lines.map(({ record }) => record)).toEqual(stored.map(({ record }) => record));
    let last = '0'.repeat(64);
    for (const { previous, hash, record } of lines) {
      expect(previous).toBe(last);
      last = createHash('sha256').update(Buffer.from(previous, 'hex')).update(record).digest('hex');
      expect(hash).toBe(last);
    }
    const written = (await storedRecords(database.sql)).at(-1);
    expect(JSON.parse(written?.record ?? '')).toMatchObject({
      action: 'audit.export',
      actor: { id: admin.id },
      after: { format: 'ndjson', first: 1, last: stored.length, records: stored.length },
    });
  });

  it('begins in the middle with the hash of the record before', async () => {
    const [, , , , fifth, sixth] = await storedRecords(database.sql);
    const from = sixth?.at.toISOString() ?? '';
    // Milliseconds: records of the same one come along.
    const answer = await get(`/export?format=ndjson&from=${from}&to=${around(12)}`)
      .buffer(true)
      .expect(200);
    const first = JSON.parse(answer.text.split('\n')[0] ?? '');
    const before = (await storedRecords(database.sql))[first.seq - 2];
    expect(first.seq).toBeGreaterThan(1);
    expect(first.seq).toBeLessThanOrEqual(6);
    expect(first.previous).toBe(before?.hash);
    expect(fifth?.seq).toBe('5');
  });

  it('hands out CSV for a spreadsheet, in which nothing is a formula', async () => {
    const answer = await get(`/export?format=csv&${TODAY}`).buffer(true).expect(200);
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    const lines: string[] = answer.text.split('\r\n');
    expect(lines[0]).toMatch(/^\uFEFF?"seq","at","action"/);
    expect(lines).toHaveLength((await storedRecords(database.sql)).length - 1 + 2);
    const cells = lines.find((line) => line.includes('HYPERLINK')) ?? '';
    expect(cells).toContain(`"'=HYPERLINK(""http://example.org"")"`);
    expect(cells).toContain(`"'@SUM(A1)"`);
    expect(cells).toContain(
      String.raw`"{""text"":""贵州茅台, \""quoted\""\nand \u2028 broken""}"`.replace(
        String.raw`\u2028`,
        '\u2028',
      ),
    );
  });

  it('is empty where nothing was recorded', async () => {
    const ndjson = await get(`/export?format=ndjson&${ALWAYS}`).buffer(true).expect(200);
    expect([ndjson.text, ndjson.headers['content-disposition']]).toEqual([
      '',
      'attachment; filename="audit-log-empty.ndjson"',
    ]);
    const csv = await get(`/export?format=csv&${ALWAYS}`).buffer(true).expect(200);
    expect(csv.text.trimEnd().split('\r\n')).toHaveLength(1);
  });

  it('reads no further than its reader, and nothing more when he has gone', async () => {
    let queries = 0;
    const counting: Database = {
      transaction: (work) => database.sql.transaction(work),
      query: (sql, parameters) => {
        queries += 1;
        return database.sql.query(sql, parameters);
      },
    };
    const service = new AuditService(
      database.configuration('server'),
      counting,
      systemClock,
      auditLogOf(database.sql),
    );
    const { stream } = await service.export({ format: 'ndjson', from: around(-12), to: around(12) });
    const asked = queries;
    await new Promise((resolve) => stream.once('readable', resolve));
    await new Promise((resolve) => setTimeout(resolve, 200));
    // The hash before, and the first batches up to the stream's buffer.
    expect(queries - asked).toBeLessThanOrEqual(3);
    stream.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(queries - asked).toBeLessThanOrEqual(3);
  });
});
