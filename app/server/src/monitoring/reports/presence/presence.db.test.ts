import type { NestExpressApplication } from '@nestjs/platform-express';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseConnector } from '../../../database/connector.ts';
import { Presence1796026280000 } from '../../../database/migrations/1796026280000-presence.ts';
import { type DatabaseGate, openGate } from '../../../database/testing/frozen-database.ts';
import { asAdmin } from '../../../database/testing/migrated-template.ts';
import { createTestDatabase, type TestDatabase } from '../../../database/testing/test-database.ts';
import { createServerApplication } from '../../../main.ts';
import { HealthChecks } from '../../health/health-checks.ts';
import { layoutOf } from '../../history/frames.ts';
import { storeLayout } from '../../history/history.sql.ts';
import type { Span } from '../model/spans.ts';
import { addOutage, extendPresence, forgetPresence, presenceIn } from './presence.sql.ts';

const SAMPLE_SECONDS = 15;
/** Whole seconds, some hours ago. */
const T0 = Math.floor(Date.now() / 1000 - 6 * 3_600) * 1000;
const at = (seconds: number): number => T0 + seconds * 1000;
const span = (from: number, to: number): Span => ({ from: at(from), to: at(to) });

let database: TestDatabase;
let layout: string;

beforeAll(async () => {
  database = await createTestDatabase();
  layout = await storeLayout(database.sql, layoutOf([{ metric: 'one', kind: 'gauge', labels: {} }]));
});
afterAll(() => database.drop());
beforeEach(async () => {
  for (const table of ['metric_frames', 'metric_rollups', 'presence', 'database_outages', 'alerts'])
    await database.sql.query(`DELETE FROM app.${table}`);
});

/** A process that writes at an even pace, both ends included. */
const writes = (instance: string, from: number, to: number, every = SAMPLE_SECONDS): Promise<unknown> =>
  database.sql.query(
    `INSERT INTO app.metric_frames (at, role, instance, layout, readings)
     SELECT at, split_part($1, '-', 1), $1, $2, '{1}'
       FROM generate_series($3::timestamptz, $4, make_interval(secs => $5)) AS at`,
    [instance, layout, new Date(at(from)), new Date(at(to)), every],
  );
const extend = (): Promise<void> => extendPresence(database.sql, SAMPLE_SECONDS);
const present = () => presenceIn(database.sql, span(-86_400, 86_400), SAMPLE_SECONDS);

describe('presence', () => {
  it('is without a gap where any process of a role wrote, and each is there until its next sample is due', async () => {
    await writes('server-a', 0, 600);
    // A rolling update: another one takes its place.
    await writes('server-b', 595, 1_195);
    await writes('worker-a', 7, 1_207);
    await extend();
    expect(await present()).toEqual({
      servers: [span(0, 1_195 + SAMPLE_SECONDS)],
      workers: [span(7, 1_207 + SAMPLE_SECONDS)],
      outages: [],
    });
  });

  it('has a gap where two samples of all processes are missing, and none where one is late', async () => {
    await writes('server-a', 0, 300);
    await writes('server-a', 335, 620);
    await writes('server-a', 660, 900);
    await extend();
    expect((await present()).servers).toEqual([span(0, 620 + SAMPLE_SECONDS), span(660, 915)]);
  });

  it('grows by what came since, however often and by however many it is asked for', async () => {
    await writes('server-a', 0, 300);
    await extend();
    await writes('server-a', 315, 600);
    await writes('server-a', 900, 1_200);
    await Promise.all([extend(), extend(), extend()]);
    await extend();
    expect((await present()).servers).toEqual([span(0, 615), span(900, 1_215)]);
    expect(await database.sql.query('SELECT FROM app.presence')).toHaveLength(2);
  });

  it('is known after the frames are gone, and forgotten in its time', async () => {
    await writes('server-a', 0, 300);
    await writes('server-a', 900, 1_200);
    await extend();
    await database.sql.query('DELETE FROM app.metric_frames');
    await extend();
    expect((await present()).servers).toHaveLength(2);
    await addOutage(database.sql, 'worker-a', span(310, 890), SAMPLE_SECONDS);
    await forgetPresence(database.sql, new Date(at(895)));
    expect(await present()).toEqual({ servers: [span(900, 1_215)], workers: [], outages: [] });
  });
});

describe('an outage', () => {
  it.each([
    ['nobody wrote', [], span(100, 160), true],
    ['servers wrote all along', [0, 300], span(100, 160), false],
    ['a server wrote again before it was over', [140, 300], span(100, 160), false],
    ['no sample was due in it', [0, 300], span(101, 104), false],
  ])('is sure or not where %s', async (_, wrote, outage, isSure) => {
    const [from, to] = wrote;
    if (from !== undefined && to !== undefined) await writes('server-a', from, to);
    await addOutage(database.sql, 'worker-a', outage, SAMPLE_SECONDS);
    await addOutage(database.sql, 'worker-a', outage, SAMPLE_SECONDS);
    expect((await present()).outages).toEqual([{ ...outage, isSure }]);
  });
});

it('of before is what was rolled up, and what alerts told of the database', async () => {
  const rolledUp = (role: string, step: number, from: number, to: number): Promise<unknown> =>
    database.sql.query(
      `INSERT INTO app.metric_rollups (step_seconds, at, role, layout, counts, sums, smallest, largest)
       SELECT $1, at, $2, $3, '{1}', '{1}', '{1}', '{1}'
         FROM generate_series($4::timestamptz, $5, make_interval(secs => $1)) AS at`,
      [step, role, layout, new Date(at(from)), new Date(at(to))],
    );
  // Hours, and of the newer ones five minutes, which have a gap that the hours do not show.
  await rolledUp('server', 3_600, 3_600, 4 * 3_600);
  await rolledUp('server', 300, 7_500, 9_000);
  await rolledUp('server', 300, 9_900, 10_800);
  await database.sql.query(
    `INSERT INTO app.alerts (id, fingerprint, rule, severity, labels, summary, description, state, started_at, pending_since,
                             fired_at, seen_at, resolved_at, evaluated_at, evaluations, reopened, flaps, told, transition)
     VALUES (gen_random_uuid(), 'f', 'DatabaseDown', 'critical', '{}', 's', 'd', 'resolved', $1, $1, $1, $2, $2, $2, 1, 0, 0,
             'firing', 1)`,
    [new Date(at(9_000)), new Date(at(9_600))],
  );
  await asAdmin(database.urls.admin, async (admin) => {
    const migration = new Presence1796026280000();
    const runner = { query: (text: string) => admin.query(text) } as unknown as Parameters<
      typeof migration.up
    >[0];
    await admin.query('SET ROLE app_owner');
    await migration.down(runner);
    await migration.up(runner);
  });
  expect(await presenceIn(database.sql, span(-86_400, 86_400), 0)).toEqual({
    servers: [span(0, 9_000), span(9_600, 10_800)],
    workers: [],
    outages: [{ ...span(9_000, 9_600), isSure: false }],
  });
});

describe('a process that lives through an outage', () => {
  let gate: DatabaseGate;
  let app: NestExpressApplication;
  beforeAll(async () => {
    gate = await openGate(database.urls.application);
    app = await createServerApplication(
      database.configuration('server', { database: { connectionString: gate.url } }),
    );
    await app.listen(0, '127.0.0.1');
    await app.get(DatabaseConnector).whenReady();
  });
  afterAll(async () => {
    gate.thaw();
    await app.close();
    await gate.close();
  });

  const status = (): string | undefined =>
    app
      .get(HealthChecks)
      .states()
      .find(({ component }) => component === 'database')?.status;

  it('writes down when the database gave no answer, as soon as it does again', async () => {
    await expect.poll(status, { timeout: 20_000 }).toBe('up');
    const frozen = Date.now();
    gate.freeze();
    await expect.poll(status, { timeout: 25_000 }).toBe('down');
    await sleep(3_000);
    expect(await database.sql.query('SELECT FROM app.database_outages')).toEqual([]);
    const thawed = Date.now();
    gate.thaw();
    const outages = (): Promise<{ from: Date; to: Date }[]> =>
      database.sql.query('SELECT began_at AS "from", ended_at AS "to" FROM app.database_outages');
    await expect.poll(outages, { timeout: 20_000 }).toHaveLength(1);
    const [outage] = await outages();
    // The look that had no answer may have been under way.
    expect(outage?.from.getTime()).toBeGreaterThanOrEqual(frozen - 1_000);
    expect(outage?.to.getTime()).toBeGreaterThan(outage?.from.getTime() ?? 0);
    // A look that was under way when it came back may have had no answer in time.
    expect(outage?.to.getTime()).toBeLessThan(thawed + 6_000);
  }, 90_000);
});
