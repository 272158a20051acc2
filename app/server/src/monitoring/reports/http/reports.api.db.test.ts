import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditLog } from '../../../audit/audit-log.service.ts';
import { CONFIGURATION } from '../../../common/configuration/configuration.ts';
import { monitoring } from '../../../common/configuration/monitoring-schema.ts';
import { DATABASE } from '../../../database/database.module.ts';
import { DELIVERY_STATES } from '../../../notifications/http/deliveries.dto.ts';
import { createKey, createUser, type PrincipalHeaders, type TestUser } from '../../../testing/principals.ts';
import { createEmptyApplication, type TestApplication } from '../../../testing/test-application.ts';
import { lastPeriod, type Period, SETTLE_MS } from '../period.ts';
import { ReportMaker } from '../report-maker.ts';
import { storeHistory } from '../testing/stored-history.ts';
import { ReportsService } from './reports.service.ts';

const DAY_MS = 86_400_000;
const ZONE = 'Asia/Shanghai';

let application: TestApplication;
let operator: TestUser;
let reader: PrincipalHeaders;
let yesterday: Period;

beforeAll(async () => {
  const history = monitoring.parse({ history: { rawHours: 1 } }).history;
  application = await createEmptyApplication({ monitoring: { ...monitoring.parse({}), history } });
  operator = await createUser(application.app, 'operator');
  reader = await createKey(application.app, operator.id, ['monitoring:read']);
  yesterday = lastPeriod('daily', Date.now() - SETTLE_MS, ZONE);
  await storeHistory(application.database.sql, yesterday.from - 2 * DAY_MS, yesterday.to);
  await application.database.sql.query(
    `INSERT INTO app.notification_channels (name, seen_at) VALUES ('email', now()), ('webhook', now())`,
  );
});
afterAll(() => application.close());
beforeEach(async () => {
  for (const table of ['operations_reports', 'notification_deliveries'])
    await application.database.sql.query(`DELETE FROM app.${table}`);
});

const get = (path: string, headers: PrincipalHeaders = operator.session) =>
  request(application.app.getHttpServer()).get(`/monitoring/${path}`).set(headers);
const make = (body: object, headers: PrincipalHeaders = operator.session) =>
  request(application.app.getHttpServer()).post('/monitoring/reports').set(headers).send(body);
const iso = (at: number): string => new Date(at).toISOString();

describe('POST /monitoring/reports', () => {
  it('makes the report of the last day, tells it, and says so in the audit log', async () => {
    const { status, body } = await make({ kind: 'daily' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ kind: 'daily', from: iso(yesterday.from), to: iso(yesterday.to), incidents: 0 },
      availability: expect.closeTo(0.99, 9),
      verdict: 'Availability 99 %, below 99.9 %',
      deliveries: [
        { channel: 'email', state: 'queued' },
        { channel: 'webhook', state: 'queued' },
      ],
    });
    const [told] = await application.database.sql.query<{ content: { attachments?: unknown[] } }>(
      `SELECT content FROM app.notification_deliveries WHERE channel = 'webhook'`,
    );
    expect(told?.content).not.toHaveProperty('attachments');
    const [record] = await application.database.sql.query<{ record: string }>(
      `SELECT record FROM app.audit_log WHERE record LIKE '%report.make%' ORDER BY seq DESC LIMIT 1`,
    );
    expect(record?.record).toContain(body.id);
  });

  it('answers the one that there is', async () => {
    const first = await make({ kind: 'daily', send: false });
    expect(first.body.deliveries).toEqual([]);
    const again = await make({ kind: 'daily', send: false });
    expect([again.status, again.body]).toEqual([200, first.body]);
  });

  it('tells the one that nobody was told of, once, and says so in the audit log', async () => {
    const { id } = (await make({ kind: 'daily', send: false })).body;
    const both = [
      { channel: 'email', state: 'queued' },
      { channel: 'webhook', state: 'queued' },
    ];
    for (const _ of ['tells', 'was told'])
      expect((await make({ kind: 'daily', send: true })).body).toMatchObject({ id, deliveries: both });
    const records = await application.database.sql.query<{ record: string }>(
      `SELECT record FROM app.audit_log WHERE record LIKE '%report.make%' AND record LIKE $1 ORDER BY seq`,
      [`%${id}%`],
    );
    expect(records.map(({ record }) => /"send":(\w+)/.exec(record)?.[1])).toEqual(['false', 'true']);
  });

  it('makes the one of an earlier time', async () => {
    const { body } = await make({ kind: 'daily', to: iso(yesterday.from + DAY_MS / 2), send: false });
    expect(body.to).toBe(iso(yesterday.from));
  });

  it('waits until all of a period is stored, for what is made stays as it is', async () => {
    const { app } = application;
    const clock = { now: () => new Date(yesterday.to + 10_000) };
    const parts = [app.get(ReportMaker), app.get(AuditLog)] as const;
    const service = new ReportsService(app.get(CONFIGURATION), app.get(DATABASE), clock, ...parts);
    await expect(service.make({ kind: 'daily', to: iso(yesterday.to), send: false })).rejects.toThrow(
      /still being stored/,
    );
    expect((await service.make({ kind: 'daily', send: false })).to).toEqual(new Date(yesterday.from));
  });

  it('says when the first report is possible, which it then is', async () => {
    const early = await make({ kind: 'daily', to: iso(yesterday.from - 2 * DAY_MS), send: false });
    expect(early.status).toBe(400);
    const [, first] = /must be (\S+) or later/.exec(early.body.errors[0].detail) ?? [];
    expect(first).toBe(iso(yesterday.from - DAY_MS));
    const { status, body } = await make({ kind: 'daily', to: first, send: false });
    expect([status, body.to]).toEqual([200, first]);
  });

  it.each([
    [{ kind: 'hourly' }, 'kind'],
    [{ kind: 'daily', to: '2026-11-31T00:00:00Z' }, 'to'],
    [{ kind: 'daily', to: '2999-01-01T00:00:00Z' }, 'to'],
    [{ kind: 'daily', to: '2020-01-01T00:00:00Z' }, 'to'],
    [{ kind: 'daily', send: 'no' }, 'send'],
    [{ kind: 'daily', other: 1 }, 'other'],
  ])('refuses %j', async (body, parameter) => {
    const answer = await make(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].parameter).toBe(parameter);
  });

  it('is not for a key that reads', async () => {
    expect((await make({ kind: 'daily' }, reader)).status).toBe(403);
  });
});

describe('GET /monitoring/reports', () => {
  it('shows them newest first, page after page, and each once', async () => {
    const made: string[] = [];
    for (const days of [2, 1, 0])
      made.unshift(
        (await make({ kind: 'daily', to: iso(yesterday.to - days * DAY_MS), send: false })).body.id,
      );
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: request.Response = await get(
        `reports?kind=daily&limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
        reader,
      );
      expect(page.status).toBe(200);
      seen.push(...page.body.items.map(({ id }: { id: string }) => id));
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(made);
    expect((await get('reports?kind=weekly')).body).toEqual({ items: [], nextCursor: null });
  });

  it('says how a delivery does in all words that there are', async () => {
    const document = await request(application.app.getHttpServer()).get('/api/v1/openapi.json').expect(200);
    const { state } = document.body.components.schemas.ReportDelivery.properties;
    expect(state.enum).toEqual(DELIVERY_STATES);
  });

  it.each([
    ['reports?kind=hourly', 'kind'],
    ['reports?cursor=bm9uZQ', 'cursor'],
    ['reports?limit=0', 'limit'],
    ['reports/one', 'id'],
    ['reports/11111111-1111-4111-8111-111111111111?format=doc', 'format'],
  ])('refuses %s', async (path, parameter) => {
    const answer = await get(path);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].parameter).toBe(parameter);
  });
});

describe('GET /monitoring/reports/{id}', () => {
  let id: string;
  beforeEach(async () => {
    id = (await make({ kind: 'daily', send: false })).body.id;
  });

  it('is the figures', async () => {
    const { headers, body } = await get(`reports/${id}`, reader);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(body).toMatchObject({
      version: 1,
      kind: 'daily',
      total: { requests: 28_800, failed: 288, observed: 1 },
    });
    expect(body.cells).toHaveLength(96);
    const [from, to] = [iso(yesterday.from), iso(yesterday.to)];
    expect(body).toMatchObject({ from, to, total: { from, to }, days: [{ from, to }] });
    // A number of thirteen digits would be a time that was forgotten.
    expect(JSON.stringify(body)).not.toMatch(/[[:,]1\d{12}[,\]}]/);
    expect(JSON.stringify(body.storage)).toMatch(/"points":\[\["20\d\d-/);
  });

  it('is a page that can do nothing and is of no origin', async () => {
    const { headers, text } = await get(`reports/${id}?format=html`, reader);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toBe(
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-disposition']).toMatch(/^inline; filename="operations-daily-[\d-]+\.html"$/);
    expect(text).toMatch(/^<!DOCTYPE html>.*Availability 99 %.*<\/html>$/s);
  });

  it('is a file to print', async () => {
    const { headers, body } = await get(`reports/${id}?format=pdf`, reader).buffer();
    expect(headers['content-type']).toBe('application/pdf');
    expect(headers['content-disposition']).toMatch(/^attachment; filename="operations-daily-[\d-]+\.pdf"$/);
    expect(Number(headers['content-length'])).toBe(body.length);
    expect(body.subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('is none where there is none', async () => {
    expect((await get('reports/11111111-1111-4111-8111-111111111111')).status).toBe(404);
  });
});
