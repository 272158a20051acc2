import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Configuration } from '../../common/configuration/configuration.ts';
import { monitoring } from '../../common/configuration/monitoring-schema.ts';
import { asAdmin } from '../../database/testing/migrated-template.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { MailServer } from '../../notifications/testing/mail-server.ts';
import { monitoringOf, startWorker } from '../../notifications/testing/worker-application.ts';
import { gatherErrors } from './facts/error-section.ts';
import { reportOf } from './model/report.ts';
import { lastPeriod } from './period.ts';
import { ReportSections } from './sections.ts';
import { type Reporter, reporterAt } from './testing/reporter.ts';
import { storeHistory } from './testing/stored-history.ts';

const ZONE = 'Asia/Shanghai';
const DAY_MS = 86_400_000;
const YEARS_DAYS = 400;
/** Thursday. */
const EIGHT = Date.parse('2026-11-26T08:00:00+08:00');

let database: TestDatabase;
let mails: MailServer;
let app: INestApplicationContext;
let configuration: Configuration;
let now = EIGHT;
let reporter: Reporter;

/** Five-minute windows of more than a year, which are read for both periods and for the growth of disks. */
beforeAll(async () => {
  database = await createTestDatabase();
  mails = await new MailServer().start();
  const { notificationSecrets, monitoring: notifying } = monitoringOf({ emailPort: mails.port });
  configuration = database.configuration('worker', {
    notificationSecrets,
    monitoring: {
      ...notifying,
      history: monitoring.parse({ history: { rawHours: 1, fiveMinuteDays: 400 } }).history,
    },
  });
  app = await startWorker(configuration);
  await storeHistory(database.sql, EIGHT - YEARS_DAYS * DAY_MS, EIGHT);
  await asAdmin(database.urls.admin, async (admin) => {
    await admin.query('ANALYZE app.metric_rollups');
  });
  reporter = reporterAt(app, database.sql, configuration, () => now);
});
afterAll(async () => {
  await app.close();
  await mails.stop();
  await database.drop();
});
beforeEach(async () => {
  now = EIGHT;
  mails.mails.length = 0;
  for (const table of [
    'operations_reports',
    'notification_deliveries',
    'notification_sendings',
    'alerts',
    'ingestion_runs',
  ])
    await database.sql.query(`DELETE FROM app.${table}`);
});

interface Stored {
  readonly kind: string;
  readonly from: Date;
}

const stored = (): Promise<Stored[]> =>
  database.sql.query<Stored>(
    'SELECT kind, period_from AS "from" FROM app.operations_reports ORDER BY period_from, kind',
  );
const deliveries = (): Promise<unknown[]> =>
  database.sql.query('SELECT channel FROM app.notification_deliveries');

describe('what is stored', () => {
  it('becomes the figures of a week, out of more than a year, within seconds', async () => {
    await database.sql.query(
      `INSERT INTO app.alerts (id, fingerprint, rule, severity, labels, summary, description, state, started_at, pending_since,
                               fired_at, seen_at, resolved_at, evaluated_at, evaluations, reopened, flaps, told, transition)
       SELECT gen_random_uuid(), 'f' || n, rule, severity, '{}', 's', 'd',
              CASE WHEN ended IS NULL THEN 'firing' ELSE 'resolved' END, at, at, at, at, ended, at, 1, 0, 0, 'firing', 1
         FROM (VALUES (1, 'Before', 'critical', timestamptz '2026-11-14T08:00+08', timestamptz '2026-11-15T08:00+08'),
                      (2, 'Within', 'warning', '2026-11-17T08:00+08', '2026-11-17T09:00+08'),
                      (3, 'Went on', 'critical', '2026-11-14T08:00+08', '2026-11-16T08:00+08'),
                      (4, 'Open', 'warning', '2026-11-22T08:00+08', NULL),
                      (5, 'After', 'critical', '2026-11-23T08:00+08', NULL)) AS given (n, rule, severity, at, ended)`,
    );
    await database.sql.query(
      `INSERT INTO app.ingestion_runs (key, source, kind, trigger, status, finished_at)
       SELECT 'k' || n, 'sample', 'refresh', 'schedule', status, at
         FROM (VALUES (1, 'completed', timestamptz '2026-11-17T18:00+08'), (2, 'completed', '2026-11-18T18:00+08'),
                      (3, 'failed', '2026-11-19T18:00+08'), (4, 'failed', '2026-11-24T18:00+08')) AS given (n, status, at)`,
    );
    await database.sql.query(
      `INSERT INTO app.ingestion_progress (run_id, symbol, rows_total, rows_done, rows_quarantined)
       SELECT id, '600000.SH', 10, 9, 1 FROM app.ingestion_runs WHERE status = 'completed'`,
    );
    const began = performance.now();
    const report = reportOf(await reporter.facts.gather(lastPeriod('weekly', EIGHT, ZONE)));
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(report.total).toMatchObject({ observed: 1, requests: 7 * 288 * 100, failed: 7 * 288 });
    expect(report.total.availability).toBeCloseTo(0.99, 12);
    expect(report.total.latency).toMatchObject({
      p50: { value: 0.0625, atLeast: 0, atMost: 0.1 },
      p95: { atLeast: 0.1, atMost: 0.25 },
      p99: { atLeast: 0.25, atMost: null },
    });
    expect(report.before.requests).toBe(7 * 288 * 100);
    expect(report.incidents.items.map(({ rule }) => rule).toSorted()).toEqual(['Open', 'Went on', 'Within']);
    expect(report.incidents).toMatchObject({
      carriedOver: 1,
      open: 1,
      began: { critical: 0, warning: 2, info: 0 },
    });
    expect(report.loads).toEqual([{ kind: 'refresh', completed: 2, failed: 1, rows: 18, quarantined: 2 }]);
    expect(report.lags).toEqual([{ source: 'sample', last: 2, largest: 2 }]);
    expect(report.components).toContainEqual({ component: 'api', up: 2_016, degraded: 0, down: 0 });
    const [storage] = report.storage;
    expect(storage?.name).toBe('database');
    expect(storage?.growthBytesPerDay).toBeCloseTo(8.64e6, 0);
    expect(report.sections.map(({ title, status }) => [title, status])).toEqual([
      ['Backups', 'not-configured'],
      ['Costs', 'not-configured'],
    ]);
  });

  it('knows when an alert fired first, and how long it took until somebody acknowledged it', async () => {
    await database.sql.query(
      `INSERT INTO app.alerts (id, fingerprint, rule, severity, labels, summary, description, state, started_at, pending_since,
                               first_fired_at, fired_at, seen_at, resolved_at, evaluated_at, evaluations, reopened, flaps, told,
                               transition, acknowledged_at, seconds_to_acknowledge)
       SELECT gen_random_uuid(), rule, rule, 'critical', '{}', 's', 'd', 'resolved', at, fired, first, fired, ended, ended, ended,
              1, 0, 0, 'resolved', 2, acknowledged, seconds
         FROM (VALUES ('Older release', timestamptz '2026-11-17T08:00+08', NULL, timestamptz '2026-11-17T08:01+08',
                       timestamptz '2026-11-17T09:00+08', timestamptz '2026-11-17T08:06+08', NULL),
                      ('Came back after', '2026-11-22T20:00+08', timestamptz '2026-11-22T20:01+08', '2026-11-23T02:00+08',
                       '2026-11-23T03:00+08', NULL, 90),
                      ('Acknowledged again', '2026-11-15T08:00+08', '2026-11-15T08:01+08', '2026-11-18T08:00+08',
                       '2026-11-18T09:00+08', '2026-11-18T08:30+08', 60)) AS given (rule, at, first, fired, ended, acknowledged, seconds)`,
    );
    const { incidents } = reportOf(await reporter.facts.gather(lastPeriod('weekly', EIGHT, ZONE)));
    expect(
      incidents.items
        .map(({ rule, secondsToAcknowledge }) => [rule, secondsToAcknowledge])
        .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    ).toEqual([
      ['Acknowledged again', 60],
      ['Came back after', 90],
      ['Older release', 300],
    ]);
    expect(incidents).toMatchObject({ carriedOver: 1, began: { critical: 2 } });
  });

  it('is not all good where all servers were gone, though each window has samples of them', async () => {
    const period = lastPeriod('daily', EIGHT - 9 * DAY_MS, ZONE);
    const cut = async (role: string, from: number, to: number): Promise<void> => {
      await database.sql.query(
        `INSERT INTO app.presence (role, began_at, ended_at)
         SELECT role, $3::timestamptz, ended_at FROM app.presence WHERE role = $1 AND began_at < $2 AND ended_at > $3`,
        [role, new Date(from), new Date(to)],
      );
      await database.sql.query(
        'UPDATE app.presence SET ended_at = $2 WHERE role = $1 AND began_at < $2 AND ended_at > $2',
        [role, new Date(from)],
      );
    };
    const sampleMs = configuration.monitoring.history.sampleSeconds * 1000;
    // From 00:00:20 to 00:09:40 no server; from 03:00 to 04:00 nobody.
    await cut('server', period.from + 20_000 - sampleMs, period.from + 580_000);
    for (const role of ['server', 'worker'])
      await cut(role, period.from + 3 * 3_600_000 - sampleMs, period.from + 4 * 3_600_000);
    const { total, verdict } = reportOf(await reporter.facts.gather(period));
    expect(total.lostSeconds).toBe(560);
    expect(total.observed).toBeCloseTo(23 / 24, 12);
    expect([verdict.title, ...verdict.others]).toEqual([
      'Availability 99 %, below 99.9 %',
      '1 h not observed: availability between 94.87 % and 99.04 %',
    ]);
  });

  it('counts messages by what came of them; one that another took the place of does not wait', async () => {
    await database.sql.query(
      `INSERT INTO app.notification_sendings (channel, group_key, state, attempt, created_at, ended_at, due_at)
       SELECT 'webhook', 'g', state, attempt, at, ended, '2999-01-01'
         FROM (VALUES ('sent', 2, timestamptz '2026-11-25T08:00+08', now()), ('dead', 3, '2026-11-25T08:00+08', now()),
                      ('failed', 1, '2026-11-25T08:00+08', NULL), ('superseded', 4, '2026-11-25T08:00+08', now()),
                      ('sent', 1, '2026-11-24T08:00+08', now())) AS given (state, attempt, at, ended)`,
    );
    const { messages } = await reporter.facts.gather(lastPeriod('daily', EIGHT, ZONE));
    expect(messages).toEqual([
      { channel: 'webhook', sent: 1, dead: 1, waiting: 1, failedAttempts: 1 + 3 + 1 + 4 },
    ]);
  });

  it('is told in parts of other features too, also where one of them fails', async () => {
    const sections = new ReportSections();
    sections.register('errors', 'Errors', async (sql, { from }) => {
      const [row] = await sql.query<{ text: string }>('SELECT $1::text AS text', [
        new Date(from).toISOString(),
      ]);
      return { title: 'Errors', status: 'ok', summary: row?.text ?? '' };
    });
    sections.register('backups', 'Backups', () => Promise.reject(new Error('no store')));
    expect(() => sections.register('errors', 'Errors', () => Promise.reject(new Error()))).toThrow(/already/);
    const { facts } = reporterAt(app, database.sql, configuration, () => now, sections);
    const gathered = await facts.gather(lastPeriod('daily', EIGHT, ZONE));
    expect(gathered.sections.map(({ title, status, summary }) => [title, status, summary])).toEqual([
      ['Errors', 'ok', '2026-11-24T16:00:00.000Z'],
      ['Backups', 'attention', 'not known: it could not be read; the log says why'],
      ['Costs', 'not-configured', 'not configured'],
    ]);
  });
});

it('tells of errors by what is wrong, the new ones first', async () => {
  const period = lastPeriod('daily', EIGHT, ZONE);
  expect(await gatherErrors(database.sql, period)).toMatchObject({
    status: 'ok',
    summary: 'no error was seen',
  });
  await database.sql.query(
    `INSERT INTO app.tracked_errors (fingerprint, type, message, role, level, context, version, count, first_seen_at,
                                     last_seen_at, samples, status)
     SELECT name, 'Error', name, 'server', 'error', '{}', '1', times, began, seen, '[]', state
       FROM (VALUES ('old', 900, timestamptz '2026-11-01T00:00+08', timestamptz '2026-11-25T10:00+08', 'open'),
                    ('new', 3, '2026-11-25T09:00+08', '2026-11-25T09:30+08', 'open'),
                    ('gone', 5, '2026-11-01T00:00+08', '2026-11-24T10:00+08', 'open'),
                    ('later', 5, '2026-11-26T01:00+08', '2026-11-26T02:00+08', 'open'),
                    ('ignored', 5, '2026-11-25T09:00+08', '2026-11-25T09:30+08', 'ignored'))
              AS given (name, times, began, seen, state)`,
  );
  const { summary, status, table } = await gatherErrors(database.sql, period);
  expect([status, summary]).toEqual(['attention', '1 new kind of error, 2 in all']);
  expect(table?.rows).toEqual([
    ['Error: new', 'new', '3', '25 Nov 2026, 09:30'],
    ['Error: old', 'before', '900', '25 Nov 2026, 10:00'],
  ]);
});

describe('the schedule', () => {
  const minute = (count: number): number => EIGHT + count * 60_000;
  const tickAt = async (at: number): Promise<void> => {
    now = at;
    await reporter.schedule.tick();
  };
  const begun = async (): Promise<string[]> =>
    (await stored()).map(({ kind, from }) => `${kind} ${from.toISOString().slice(0, 10)}`);

  it('makes what is due when it has settled, once', async () => {
    // Both firings before this one were missed, and are made up for.
    await tickAt(minute(1));
    expect(await begun()).toEqual(['weekly 2026-11-15', 'daily 2026-11-23']);
    await tickAt(minute(2));
    await tickAt(minute(3));
    expect(await begun()).toEqual(['weekly 2026-11-15', 'daily 2026-11-23', 'daily 2026-11-24']);
    expect(await deliveries()).toHaveLength(3);
  });

  it('tells what somebody made for himself before its time, once', async () => {
    await reporter.maker.make(lastPeriod('daily', EIGHT, ZONE), { isTold: false });
    await reporter.maker.make(lastPeriod('weekly', EIGHT, ZONE), { isTold: true });
    expect(await deliveries()).toHaveLength(1);
    for (const count of [1, 3, 4]) await tickAt(minute(count));
    expect(await begun()).toEqual(['weekly 2026-11-15', 'daily 2026-11-23', 'daily 2026-11-24']);
    expect(await deliveries()).toHaveLength(3);
  });

  it('makes up for the last of those that nobody was there for', async () => {
    await tickAt(minute(3));
    await tickAt(EIGHT + 9.5 * DAY_MS);
    expect(await begun()).toEqual([
      ...['weekly 2026-11-15', 'weekly 2026-11-22', 'daily 2026-11-24', 'daily 2026-12-03'],
    ]);
  });

  it('makes none of a time before the platform', async () => {
    await tickAt(EIGHT - (YEARS_DAYS + 3) * DAY_MS);
    expect(await begun()).toEqual([]);
  });

  it('makes only what is configured', async () => {
    const reports = monitoring.parse({ reports: { daily: false } }).reports;
    const only = { ...configuration, monitoring: { ...configuration.monitoring, reports } };
    await reporterAt(app, database.sql, only, () => now).schedule.tick();
    // Of two workers, the one that holds the lease works.
    expect(await begun()).toEqual([]);
    await database.sql.query(`DELETE FROM app.monitoring_leases WHERE name = 'reports'`);
    await reporterAt(app, database.sql, only, () => now).schedule.tick();
    expect(await begun()).toEqual(['weekly 2026-11-15']);
  });

  it('forgets old ones, but not one that would be made and told again', async () => {
    const reports = monitoring.parse({ reports: { daily: false, weekly: '0 8 1 * *', keepDays: 7 } }).reports;
    const monthly = { ...configuration, monitoring: { ...configuration.monitoring, reports } };
    const { schedule, maker } = reporterAt(app, database.sql, monthly, () => now);
    now = Date.parse('2026-11-01T08:03:00+08:00');
    await database.sql.query(`DELETE FROM app.monitoring_leases WHERE name = 'reports'`);
    await schedule.tick();
    await maker.make(lastPeriod('daily', now, ZONE), { isTold: false });
    expect(await begun()).toEqual(['weekly 2026-10-18', 'daily 2026-10-30']);
    now = EIGHT;
    await schedule.forget(reports.keepDays);
    expect(await begun()).toEqual(['weekly 2026-10-18']);
    now = Date.parse('2026-12-01T08:03:00+08:00');
    await schedule.forget(reports.keepDays);
    expect(await begun()).toEqual([]);
  });
});

describe('a report that is made', () => {
  const period = lastPeriod('daily', EIGHT, ZONE);

  it('by many at once is one, and told once', async () => {
    const others = [0, 1, 2, 3].map(() => reporterAt(app, database.sql, configuration, () => now).maker);
    const made = await Promise.all(others.map((maker) => maker.make(period, { isTold: true })));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await stored()).toHaveLength(1);
    expect(await deliveries()).toEqual([{ channel: 'email' }]);
  });

  it('arrives by mail as text, page and file', async () => {
    // Of another day than what other tests tell of: their mails may still be under way.
    await reporter.maker.make(lastPeriod('daily', EIGHT - 5 * DAY_MS, ZONE), { isTold: true });
    const mail = (): string =>
      mails.mails.find(({ raw }) => raw.includes('operations-daily-2026-11-20.pdf'))?.raw ?? '';
    await expect.poll(mail, { timeout: 40_000 }).not.toBe('');
    const raw = mail();
    const subject = /^Subject: (.*(?:\r\n .*)*)/m.exec(raw)?.[1] ?? '';
    expect(decodedWords(subject)).toBe('Availability 99 %, below 99.9 % · Operations report of 2026-11-20');
    expect(raw.match(/^Content-Type: [a-z/]+/gim)).toEqual([
      ...['Content-Type: multipart/mixed', 'Content-Type: multipart/alternative'],
      ...['Content-Type: text/plain', 'Content-Type: text/html', 'Content-Type: application/pdf'],
    ]);
    const base64 = /application\/pdf[\s\S]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)/.exec(raw)?.[1] ?? '';
    const pdf = Buffer.from(base64, 'base64').toString('latin1');
    expect(pdf.slice(0, 8)).toBe('%PDF-1.7');
    expect(pdf.trimEnd().slice(-5)).toBe('%%EOF');
  });

  it('is stored also where nobody is told', async () => {
    await reporter.maker.make(period, { isTold: false });
    expect([await stored(), await deliveries()]).toMatchObject([[{ kind: 'daily' }], []]);
  });
});

/** RFC 2047. */
function decodedWords(header: string): string {
  return header
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, encoding: string, text: string) =>
      Buffer.from(
        encoding.toUpperCase() === 'B'
          ? Buffer.from(text, 'base64')
          : Buffer.from(
              text
                .replaceAll('_', ' ')
                .replaceAll(/=([0-9A-F]{2})/gi, (__, hex: string) =>
                  String.fromCharCode(Number.parseInt(hex, 16)),
                ),
              'latin1',
            ),
      ).toString(),
    )
    .replaceAll(/\r\n /g, ' ');
}
