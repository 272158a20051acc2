import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../common/clock.ts';
import type { Configuration } from '../../common/configuration/configuration.ts';
import { DatabaseConnector } from '../../database/connector.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import { asAdmin } from '../../database/testing/migrated-template.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { createEmptyApplication } from '../../testing/test-application.ts';
import { Metrics } from '../metrics/metrics.ts';
import { HistoryService } from './history.service.ts';
import { HistoryKeeper } from './keeper.ts';
import { MetricHistory } from './metric-history.ts';
import { MetricRecorder } from './recorder.ts';

/** Long enough ago for what the tests see later not to be in the future of the database. */
const START = Date.parse('2024-11-26T00:00:00Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NAME = 'stock_analysis_sold_total';

let database: TestDatabase;
let configuration: Configuration;
let now: number;
const clock: Clock = { now: () => new Date(now) };

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  configuration = database.configuration('worker');
});
afterAll(() => database.drop());

beforeEach(async () => {
  now = START;
  for (const table of ['metric_frames', 'metric_rollups', 'metric_layouts', 'monitoring_leases'])
    await database.sql.query(`DELETE FROM app.${table}`);
});

interface Process {
  readonly metrics: Metrics;
  readonly recorder: MetricRecorder;
  readonly keeper: HistoryKeeper;
}

let processes = 0;

function processOf(role: Configuration['role']): Process {
  const metrics = new Metrics();
  const told = { ...configuration, role };
  const name = `process ${(processes += 1)}`;
  const lead = new HistoryKeeper(told, clock, database.sql, queries());
  const connector = new DatabaseConnector(database.dataSource);
  const recorder = new MetricRecorder(told, clock, database.sql, connector, queries(), metrics, lead, name);
  return { metrics, recorder, keeper: lead };
}

/** Nothing is repeated here: each test says when. */
const queries = (): PeriodicQueries =>
  new PeriodicQueries(database.dataSource, new DatabaseConnector(database.dataSource));
const history = (): MetricHistory => new MetricHistory(configuration, clock, database.sql);
const keeper = (): HistoryKeeper => new HistoryKeeper(configuration, clock, database.sql, queries());
const count = async (table: string): Promise<number> => {
  const [row] = await database.sql.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM app.${table}`);
  return row?.rows ?? 0;
};

/** Two servers that sell things and a worker, for so many minutes: `sold` each in every 15 s, in stock what is counted down. */
async function record(minutes: number, sold = 1): Promise<void> {
  const all = [processOf('server'), processOf('server'), processOf('worker')];
  const families = all.map(({ metrics }) => ({
    sold: metrics.counter('sold_total', 'Things sold', { kind: { max: 2 } }),
    stock: metrics.gauge('stock', 'Things in stock', {}),
  }));
  const begun = now;
  for (let second = 15; second <= minutes * 60; second += 15) {
    now = begun + second * SECOND;
    for (const [index, { sold: counter, stock }] of families.entries()) {
      counter.inc({ kind: 'tea' }, sold);
      stock.set({}, 100 * (index + 1));
      await all[index]?.recorder.record();
    }
  }
}

describe('the history', () => {
  it('has every reading of every process, and adds up what a range held', async () => {
    await record(2);
    const series = await history().read(NAME, { role: 'server', kind: 'tea' }, [[START, now]]);
    expect(series).toHaveLength(2);
    expect(new Set(series.map(({ labels }) => labels['instance'])).size).toBe(2);
    for (const { points, kind } of series) {
      expect(kind).toBe('counter');
      expect(points.map(({ value }) => value)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
      expect(points.map(({ at }) => at - START)).toEqual(
        [15, 30, 45, 60, 75, 90, 105, 120].map((s) => s * SECOND),
      );
    }
    const byMinute = await history().read(NAME, { role: 'worker' }, [[START, now]], 60);
    const figures = { value: 4, smallest: 1, largest: 1, samples: 4, total: 4, seconds: 60 };
    expect(byMinute.map(({ points }) => points)).toEqual([
      [
        { at: START + MINUTE, ...figures },
        { at: START + 2 * MINUTE, ...figures },
      ],
    ]);
  });

  it('rolls up to five minutes and to hours without losing or doubling anything, whenever and how often it is done', async () => {
    await record(130);
    const keep = keeper();
    await keep.keep();
    await keep.keep();
    now += 5 * MINUTE;
    await keeper().keep();
    const sums = await database.sql.query<{ step: number; role: string; sum: number; rows: number }>(
      `SELECT step_seconds AS step, role, sum(s.value) AS sum, count(DISTINCT at)::int AS rows
       FROM app.metric_rollups r JOIN app.metric_layouts l ON l.id = r.layout
       CROSS JOIN LATERAL jsonb_array_elements(l.series) WITH ORDINALITY AS e (series, position)
       CROSS JOIN LATERAL (SELECT r.sums[e.position]) AS s (value)
       WHERE e.series ->> 'metric' = $1 GROUP BY 1, 2 ORDER BY 1, 2`,
      [NAME],
    );
    // Two servers, one thing each in 15 s, for 130 minutes; of hours the two that are over.
    expect(sums).toEqual([
      { step: 300, role: 'server', sum: 130 * 4 * 2, rows: 26 },
      { step: 300, role: 'worker', sum: 130 * 4, rows: 26 },
      { step: 3_600, role: 'server', sum: 120 * 4 * 2, rows: 2 },
      { step: 3_600, role: 'worker', sum: 120 * 4, rows: 2 },
    ]);
  });

  it('tells of a gauge its mean, smallest and largest, in whatever resolution it is read', async () => {
    await record(10);
    await keeper().keep();
    now += 3 * DAY;
    await keeper().keep();
    const [stock] = await history().read('stock_analysis_stock', { role: 'server' }, [[START, START + HOUR]]);
    expect(await count('metric_frames')).toBe(0);
    expect(stock).toEqual({
      kind: 'gauge',
      labels: { role: 'server' },
      points: [5, 10].map((minute) => {
        const at = START + minute * MINUTE;
        return { at, value: 150, smallest: 100, largest: 200, samples: 2 * 20, total: 300, seconds: 300 };
      }),
    });
  });

  it('forgets each resolution after its time, and what described it last', async () => {
    await record(65);
    await keeper().keep();
    now += 31 * DAY;
    await keeper().keep();
    expect(await count('metric_frames')).toBe(0);
    expect(await database.sql.query('SELECT DISTINCT step_seconds FROM app.metric_rollups')).toEqual([
      { step_seconds: 3_600 },
    ]);
    const [old] = await history().read(NAME, { role: 'server' }, [[START, START + HOUR]]);
    const figures = { value: 480, smallest: 1, largest: 1, samples: 2 * 240, total: 480, seconds: 3_600 };
    expect(old?.points).toEqual([{ at: START + HOUR, ...figures }]);
    now += 400 * DAY;
    await keeper().keep();
    expect(await Promise.all(['metric_rollups', 'metric_layouts'].map(count))).toEqual([0, 0]);
  });

  it('goes on with the series of before when one more comes, in one span of time too', async () => {
    const { metrics, recorder } = processOf('server');
    const sold = metrics.counter('sold_total', 'Things sold', { kind: { max: 2 } });
    sold.inc({ kind: 'tea' });
    now += 15 * SECOND;
    await recorder.record();
    sold.inc({ kind: 'tea' });
    sold.inc({ kind: 'rice' }, 5);
    now += 15 * SECOND;
    await recorder.record();
    const all = await history().read(NAME, {}, [[START, now]], 60);
    expect(all.map(({ labels, points }) => [labels['kind'], points.map(({ value }) => value)])).toEqual([
      ['tea', [2]],
      ['rice', [5]],
    ]);
  });

  it('adds what the database server counts once, however many workers read it', async () => {
    let committed = 123_456_789;
    const workers = [processOf('worker'), processOf('worker'), processOf('worker')];
    for (const { metrics, keeper: lead } of workers) {
      metrics.observableCounter('database_things_total', 'Things', {}, (set) => set({}, committed), {
        countedBy: 'platform',
      });
      await lead.lead();
    }
    for (let frame = 0; frame < 21; frame += 1) {
      for (const { recorder } of workers) await recorder.record();
      committed += 10;
      now += 15 * SECOND;
    }
    now += MINUTE;
    await keeper().keep();
    const name = 'stock_analysis_database_things_total';
    const sumsOf = async (step: number): Promise<number[]> =>
      (await history().read(name, {}, [[START - 1, now]], step)).flatMap(({ points }) =>
        points.map(({ value }) => value),
      );
    expect((await sumsOf(3_600)).reduce((sum, value) => sum + value, 0)).toBe(200);
    now += 3 * DAY;
    // Of the roll-ups: a span of the first frame, which adds nothing, and one of the others.
    expect(await sumsOf(0)).toEqual([200]);
  });

  it('gives the next process the layout of the one before, and learns of new layouts alone', async () => {
    const states = ['created', 'active', 'failed'];
    const living = async (order: readonly string[]): Promise<void> => {
      const { metrics, recorder } = processOf('worker');
      let state: string | undefined;
      metrics.observableGauge('jobs', 'Jobs', { state: { max: 8 } }, (set) => {
        if (state !== undefined) set({ state }, 1);
      });
      for (state of order) {
        now += 15 * SECOND;
        await recorder.record();
      }
      now += 6 * MINUTE;
      await keeper().keep();
    };
    await living(states);
    const layouts = await count('metric_layouts');
    expect(layouts).toBe(states.length);
    const reader = history();
    await reader.metrics();
    await living(states.toReversed());
    await living(states.slice(1));
    expect(await count('metric_layouts')).toBe(layouts);

    const { metrics, recorder } = processOf('server');
    metrics.gauge('news', 'News', {}).set({}, 1);
    await recorder.record();
    const asked = vi.spyOn(database.sql, 'query');
    now += MINUTE;
    expect((await reader.metrics()).has('stock_analysis_news')).toBe(true);
    const answer: { series: unknown }[] = await asked.mock.results[0]?.value;
    expect(answer.filter(({ series }) => series !== null)).toHaveLength(1);
    asked.mockRestore();
  });

  it('answers quantiles of what was observed in a span, of whatever resolution and however many processes', async () => {
    const servers = [processOf('server'), processOf('server')];
    const waits = servers.map(({ metrics }) =>
      metrics.histogram('wait_seconds', 'Time', { queue: { max: 2 } }, { buckets: [0.1, 1] }),
    );
    const observed = async (fast: number, slow: number): Promise<void> => {
      now += 15 * SECOND;
      for (const [index, wait] of waits.entries()) {
        for (let one = 0; one < fast; one += 1) wait.observe({ queue: 'a' }, 0.05);
        for (let one = 0; one < slow; one += 1) wait.observe({ queue: 'b' }, 0.5);
        await servers[index]?.recorder.record();
      }
    };
    await observed(97, 0);
    await observed(0, 3);
    const name = 'stock_analysis_wait_seconds';
    const spans = async (step: number): Promise<number[][]> =>
      (await history().read(name, { quantile: '0.95' }, [[START, now]], step)).map(({ points }) =>
        points.map(({ value }) => Number(value.toFixed(3))),
      );
    // A sample each: 0.095 and 0.955. Of both together 97 in 100 were fast.
    expect(await spans(0)).toEqual([
      [0.095, 0.955],
      [0.095, 0.955],
    ]);
    expect(await spans(60)).toEqual([[0.098], [0.098]]);
    const byRole = await history().read(name, { quantile: '0.95' }, [[START, now]], 60, { by: 'role' });
    expect(byRole.map(({ labels, points }) => [labels, points.map(({ value }) => value.toFixed(3))])).toEqual(
      [[{ role: 'server', quantile: '0.95' }, ['0.098']]],
    );
    now += 10 * MINUTE;
    await keeper().keep();
    now += 3 * DAY;
    expect(await spans(0)).toEqual([[0.098]]);
    expect((await history().metrics()).get(name)?.kind).toBe('gauge');
  });

  const STOCK = 'stock_analysis_stock';
  /** What all servers had in stock together, by role, in each step since the beginning. */
  const totals = async (step: number): Promise<number[]> =>
    (await history().read(STOCK, { role: 'server' }, [[START, now]], step, { by: 'role' })).flatMap(
      ({ points }) => points.map(({ total }) => Math.round(total)),
    );
  const rolledUp = async (then: () => Promise<unknown>): Promise<void> => {
    const before = now;
    now += MINUTE;
    await keeper().keep();
    now += 3 * DAY;
    await then();
    now = before;
  };

  it('adds up what processes have at the same time, in whatever resolution it is read', async () => {
    await record(60);
    expect(await totals(300)).toEqual(Array.from({ length: 12 }, () => 300));
    expect(await totals(60)).toEqual(Array.from({ length: 60 }, () => 300));
    await rolledUp(async () => {
      expect(await totals(300)).toEqual(Array.from({ length: 12 }, () => 300));
      now += 30 * DAY;
      expect(await totals(3_600)).toEqual([300]);
    });
  });

  it('does not add a process to the one whose place it takes, nor miss one for a pause of all', async () => {
    const sell = async (stock: number, seconds: readonly number[]): Promise<void> => {
      const { metrics, recorder } = processOf('server');
      // Another build: another layout.
      metrics.gauge(`build_${stock}`, 'Build', {}).set({}, 1);
      metrics.gauge('stock', 'Things in stock', {}).set({}, stock);
      for (const second of seconds) {
        now = START + second * SECOND;
        await recorder.record();
      }
    };
    const every15 = (from: number, to: number): number[] =>
      Array.from({ length: (to - from) / 15 }, (_, index) => from + 15 * (index + 1));
    await sell(100, every15(0, 450));
    await sell(200, every15(450, 600));
    // Two of them, of which nobody wrote for three minutes of the last five.
    for (const offset of [-3, -10])
      await sell(
        50,
        [...every15(600, 660), ...every15(840, 900)].map((second) => second + offset),
      );
    now = START + 15 * MINUTE;
    expect(await totals(300)).toEqual([100, 150, 100]);
    await rolledUp(async () => expect(await totals(300)).toEqual([100, 150, 100]));
  });

  it('guesses how many processes there were where that was not stored yet', async () => {
    await record(5);
    await rolledUp(async () => {
      await database.sql.query('UPDATE app.metric_rollups SET samples_each = NULL, seconds = NULL');
      expect(await totals(300)).toEqual([300]);
      const [sold] = await history().read(NAME, { role: 'server' }, [[START, START + HOUR]]);
      expect(sold?.points).toMatchObject([{ value: 40, seconds: 300 }]);
    });
  });

  it('says in what time a counter gained what it says, after a pause of the database too', async () => {
    const { metrics, recorder } = processOf('server');
    const sold = metrics.counter('sold_total', 'Things sold', { kind: { max: 2 } });
    const sell = async (seconds: number): Promise<void> => {
      now += seconds * SECOND;
      sold.inc({ kind: 'tea' }, seconds);
      await recorder.record();
    };
    for (let frame = 0; frame < 20; frame += 1) await sell(15);
    await sell(600);
    for (let frame = 0; frame < 19; frame += 1) await sell(15);
    const points = async (step: number): Promise<unknown[]> =>
      (await history().read(NAME, {}, [[START, now]], step)).flatMap(({ points: of }) =>
        of.map(({ at, value, seconds }) => [(at - START) / MINUTE, value, seconds]),
      );
    expect(await points(300)).toEqual([
      [5, 300, 300],
      [15, 600, 600],
      [20, 285, 285],
    ]);
    await rolledUp(async () =>
      expect(await points(0)).toEqual([
        [5, 300, 300],
        [15, 600, 600],
        [20, 285, 285],
      ]),
    );
  });

  it('loses nothing by a clock that leapt ahead for a while', async () => {
    now = Date.now() - HOUR;
    const begun = now;
    await record(20);
    now += 3 * HOUR;
    await record(1);
    await keeper().keep();
    const ahead = await database.sql.query('SELECT FROM app.metric_rollups WHERE at > now()');
    expect(ahead).toHaveLength(0);
    now = begun + 20 * MINUTE;
    await record(30);
    now += MINUTE;
    await keeper().keep();
    const sums = await database.sql.query<{ sold: number }>(
      `SELECT sum(r.sums[e.position]) AS sold
       FROM app.metric_rollups r JOIN app.metric_layouts l ON l.id = r.layout
       CROSS JOIN LATERAL jsonb_array_elements(l.series) WITH ORDINALITY AS e (series, position)
       WHERE e.series ->> 'metric' = $1 AND r.step_seconds = 300 AND r.role = 'worker'`,
      [NAME],
    );
    // But for what is in the span that is not over.
    expect(sums[0]?.sold).toBeGreaterThanOrEqual(45 * 4);
  });

  it('rolls up what comes late into a span that was rolled up', async () => {
    await record(6);
    const { metrics, recorder } = processOf('server');
    metrics.gauge('stock', 'Things in stock', {}).set({}, 100);
    await keeper().keep();
    now = START + 3 * MINUTE + SECOND;
    await recorder.record();
    now = START + 11 * MINUTE;
    await keeper().keep();
    now += 3 * DAY;
    const [stock] = await history().read(STOCK, { role: 'server' }, [[START, START + 5 * MINUTE]]);
    expect(stock?.points).toMatchObject([{ samples: 41 }]);
  });

  it('keeps what a roll-up that fails has not taken, for a while, and forgets the rest', async () => {
    await record(30);
    const failing = keeper();
    const alter = (what: string): Promise<void> =>
      asAdmin(database.urls.admin, async (admin) => {
        await admin.query(`ALTER TABLE app.metric_rollups ${what}`);
      });
    await alter('ADD CONSTRAINT made_to_fail CHECK (step_seconds = 0) NOT VALID');
    try {
      now = START + 3 * DAY;
      await expect(failing.keep()).rejects.toThrow('made_to_fail');
      expect(await count('metric_frames')).toBe(360);
      now = START + 5 * DAY;
      await expect(failing.keep()).rejects.toThrow('made_to_fail');
      expect(await count('metric_frames')).toBe(0);
    } finally {
      await alter('DROP CONSTRAINT made_to_fail');
    }
  });

  it('rolls up a long backlog in statements of an hour, and goes on where it was cut off', async () => {
    await record(150);
    const asked = vi.spyOn(database.sql, 'query');
    const statements = () =>
      asked.mock.calls
        .filter(([text]) => text.includes('INSERT INTO app.metric_rollups') && text.includes('SELECT 300'))
        .map(([, parameters = []]) => Number(parameters[1]) - Number(parameters[0]));
    now += MINUTE;
    await keeper().keep();
    expect(statements()).toEqual([HOUR, HOUR, 30 * MINUTE]);
    asked.mockRestore();
  });

  it('costs a few bytes a reading', async () => {
    await record(60);
    const [size] = await database.sql.query<{ bytes: number; readings: number }>(
      `SELECT sum(pg_column_size(f.*))::int AS bytes, sum(cardinality(readings))::int AS readings
       FROM app.metric_frames f`,
    );
    expect((size?.bytes ?? 0) / (size?.readings ?? 1)).toBeLessThan(25);
  });
});

it('two frames at once share what was counted, and do not both have it', async () => {
  const { metrics, recorder } = processOf('server');
  metrics.counter('sold_total', 'Things sold', { kind: { max: 2 } }).inc({ kind: 'tea' }, 7);
  const first = recorder.record();
  now += SECOND;
  await Promise.all([first, recorder.record()]);
  const [sold] = await history().read(NAME, {}, [[START - SECOND, START + MINUTE]], 60);
  expect(sold?.points.reduce((sum, { value }) => sum + value, 0)).toBe(7);
});

describe('a server', () => {
  it('writes down what was counted last when it stops', async () => {
    const application = await createEmptyApplication();
    const shared = application.database.sql;
    const seen = (): Promise<{ sum: number }[]> =>
      shared.query<{ sum: number }>(
        `SELECT coalesce(sum(f.readings[e.position]), 0) AS sum FROM app.metric_frames f
         JOIN app.metric_layouts l ON l.id = f.layout
         CROSS JOIN LATERAL jsonb_array_elements(l.series) WITH ORDINALITY AS e (series, position)
         WHERE e.series ->> 'metric' = $1 AND f.readings[e.position] <> 'NaN'`,
        [NAME],
      );
    const frames = (): Promise<object[]> => shared.query('SELECT FROM app.metric_frames');
    await expect.poll(frames, { timeout: 10_000 }).toHaveLength(1);
    application.app.get(Metrics).counter('sold_total', 'Things sold', {}).inc({}, 3);
    await application.app.close();
    expect(await seen()).toEqual([{ sum: 3 }]);
    await application.close();
  });

  it('writes its history by itself, from the moment that the database is there', async () => {
    const application = await createEmptyApplication();
    const frames = async (): Promise<object[]> =>
      application.database.sql.query('SELECT role FROM app.metric_frames');
    await expect.poll(frames, { timeout: 10_000 }).toEqual([{ role: 'server' }]);
    await application.close();
  });
});

describe('what people ask of it', () => {
  const service = (): HistoryService => new HistoryService(history());
  const at = (ms: number): string => new Date(ms).toISOString();

  it('is answered in steps that are not finer than what is stored', async () => {
    await record(10);
    const answer = await service().answer({
      name: NAME,
      labels: 'role=server',
      from: at(START),
      to: at(now),
      step: 1,
    });
    expect(answer).toMatchObject({ kind: 'counter', step: 15 });
    const coarse = await service().answer({
      name: NAME,
      labels: 'role=worker',
      from: at(START),
      to: at(now),
      step: 300,
    });
    expect(coarse.series.map(({ points }) => points.map(({ value }) => value))).toEqual([[20, 20]]);
  });

  it('is refused with what would be possible', async () => {
    await record(1);
    const range = { from: at(START), to: at(START + HOUR) };
    await expect(service().answer({ name: 'nothing', ...range })).rejects.toThrow(
      '/monitoring/metrics/names',
    );
    for (const [labels, detail] of [
      ['role:server', 'NAME=VALUE'],
      ['roles', 'NAME=VALUE'],
      ['role=server,', 'NAME=VALUE'],
      ['role=server,role=worker', 'each label once'],
      ...['abc', '1', '0', 'NaN', ''].map((text) => [`quantile=${text}`, 'between 0 and 1'] as const),
    ] as const)
      await expect(service().answer({ name: NAME, labels, ...range }), labels).rejects.toThrow(detail);
    await expect(service().answer({ name: NAME, from: range.to, to: range.from })).rejects.toThrow('before');
    await expect(
      service().answer({ name: NAME, from: at(START - 400 * DAY), to: at(START), step: 60 }),
    ).resolves.toMatchObject({ step: 3_600 });
    await expect(
      service().answer({ name: NAME, from: at(START - 4_000 * DAY), to: at(START), step: 60 }),
    ).rejects.toThrow('31419 seconds are the least');
    // Who leaves the step to the platform is answered.
    await expect(
      service().answer({ name: NAME, from: at(START - 4_000 * DAY), to: at(START) }),
    ).resolves.toMatchObject({ step: 32_400 });
  });

  it('is refused where all series together are too many, however few points each has', async () => {
    const name = 'stock_analysis_copied_total';
    // 500 processes, a sample every 5 s for ten minutes.
    await database.sql.query(
      `WITH layout AS (INSERT INTO app.metric_layouts (hash, series) VALUES ('copies', $1) RETURNING id)
       INSERT INTO app.metric_frames (at, role, instance, layout, readings)
       SELECT $2::timestamptz + make_interval(secs => second), 'server', 'copy ' || copy, layout.id, '{1}'
       FROM layout, generate_series(5, 600, 5) AS second, generate_series(1, 500) AS copy`,
      [JSON.stringify([{ metric: name, kind: 'counter', labels: {} }]), new Date(START)],
    );
    now = START + HOUR;
    const sampled = { ...configuration.monitoring.history, sampleSeconds: 5 };
    const told = { ...configuration, monitoring: { ...configuration.monitoring, history: sampled } };
    const close = new HistoryService(new MetricHistory(told, clock, database.sql));
    const asked = { name, from: at(START), to: at(START + 600 * SECOND) };
    await expect(close.answer({ ...asked, step: 5 })).rejects.toThrow('by labels for fewer series');
    const coarse = await close.answer({ ...asked, step: 15 });
    expect(coarse.series.flatMap(({ points }) => points)).toHaveLength(500 * 40);
    const one = await close.answer({ ...asked, step: 5, labels: 'instance=copy 7' });
    expect(one.series.map(({ points }) => points.length)).toEqual([120]);
  });

  it('of single processes is refused where they are not told apart any more', async () => {
    await record(1);
    now += 3 * DAY;
    const asked = { name: NAME, from: at(START), to: at(START + HOUR), labels: 'instance=server@a' };
    await expect(service().answer(asked)).rejects.toThrow('for the last 48 hours');
    await expect(service().answer({ ...asked, labels: 'role=server' })).resolves.toBeDefined();
  });

  it('is about all processes of a role together, where that is asked for', async () => {
    await record(5);
    const asked = { name: 'stock_analysis_stock', from: at(START), to: at(now), step: 300 };
    const roles = await service().answer({ ...asked, by: 'role' });
    expect(roles.series.map(({ labels, points }) => [labels, points.map(({ total }) => total)])).toEqual([
      [{ role: 'server' }, [300]],
      [{ role: 'worker' }, [300]],
    ]);
    expect((await service().answer(asked)).series).toHaveLength(3);
  });

  it('names what is recorded', async () => {
    await record(1);
    const { items } = await service().names();
    expect(items).toContainEqual({ name: NAME, kind: 'counter' });
    expect(items).toContainEqual({ name: 'process_resident_memory_bytes', kind: 'gauge' });
  });
});
