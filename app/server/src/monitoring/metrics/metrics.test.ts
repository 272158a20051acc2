import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SERIES, Metrics } from './metrics.ts';

const DROPPED = 'stock_analysis_metric_series_dropped_total';

/** The series of one family as lines `labels value`, without its name. */
async function linesOf(metrics: Metrics, name: string): Promise<string[]> {
  const lines = (await metrics.exposition()).split('\n');
  return lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length).trim());
}

async function seriesOf(metrics: Metrics): Promise<number> {
  return (await metrics.samples()).length;
}

describe('a family of metrics', () => {
  it('has the prefix, but for names that the field has already', async () => {
    const metrics = new Metrics();
    metrics.counter('reports_total', 'Reports made', { format: ['pdf', 'html'] }).inc({ format: 'pdf' }, 2);
    metrics.gauge('http_requests_in_flight', 'Requests', {}).inc({}, 3);
    metrics.histogram('report_seconds', 'Time', {}, { buckets: [1, 5] }).observe({}, 2);
    const text = await metrics.exposition();
    expect(text).toContain('# TYPE stock_analysis_reports_total counter');
    expect(text).toContain('stock_analysis_reports_total{format="pdf"} 2');
    expect(text).toMatch(/^http_requests_in_flight 3$/m);
    expect(await linesOf(metrics, 'stock_analysis_report_seconds')).toEqual([
      '_bucket{le="1"} 0',
      '_bucket{le="5"} 1',
      '_bucket{le="+Inf"} 1',
      '_sum 2',
      '_count 1',
    ]);
  });

  it('is refused when a counter is not named as one, or the name is taken', () => {
    const metrics = new Metrics();
    expect(() => metrics.counter('reports', 'Reports', {})).toThrow('reports must be named reports_total');
    metrics.gauge('open', 'Open', {});
    expect(() => metrics.gauge('open', 'Open', {})).toThrow(/stock_analysis_open.*already been registered/);
  });

  it('tells every series as a sample, those of a histogram by their own names', async () => {
    const metrics = new Metrics();
    metrics
      .histogram('load_seconds', 'Time', { kind: ['full'] }, { buckets: [1] })
      .observe({ kind: 'full' }, 3);
    expect((await metrics.samples()).filter(({ name }) => name.includes('load_seconds'))).toEqual([
      {
        name: 'stock_analysis_load_seconds_bucket',
        type: 'histogram',
        labels: { le: 1, kind: 'full' },
        value: 0,
      },
      {
        name: 'stock_analysis_load_seconds_bucket',
        type: 'histogram',
        labels: { le: '+Inf', kind: 'full' },
        value: 1,
      },
      { name: 'stock_analysis_load_seconds_sum', type: 'histogram', labels: { kind: 'full' }, value: 3 },
      { name: 'stock_analysis_load_seconds_count', type: 'histogram', labels: { kind: 'full' }, value: 1 },
    ]);
  });
});

describe('a label', () => {
  it('with a list has only values of it; the others go to "other" and are counted', async () => {
    const metrics = new Metrics();
    const formats: readonly string[] = ['pdf', 'html'];
    const reports = metrics.counter('reports_total', 'Reports', { format: formats });
    for (const format of ['pdf', 'docx', 'exe', 'html', '../etc/passwd']) reports.inc({ format });
    expect(await linesOf(metrics, 'stock_analysis_reports_total')).toEqual([
      '{format="pdf"} 1',
      '{format="html"} 1',
      '{format="other"} 3',
    ]);
    expect(await linesOf(metrics, DROPPED)).toEqual(['{metric="stock_analysis_reports_total"} 3']);
  });

  it('with a list has all of its series at 0 before anything is counted, so that the first failure is an increase', async () => {
    const metrics = new Metrics();
    metrics.counter('sent_total', 'Sent', { kind: ['mail', 'hook'], outcome: ['ok', 'failed'] });
    expect(await linesOf(metrics, 'stock_analysis_sent_total')).toEqual([
      '{kind="mail",outcome="ok"} 0',
      '{kind="mail",outcome="failed"} 0',
      '{kind="hook",outcome="ok"} 0',
      '{kind="hook",outcome="failed"} 0',
    ]);
    metrics.counter('asked_total', 'Asked', { kind: ['a'], host: { max: 5 } });
    expect(await linesOf(metrics, 'stock_analysis_asked_total')).toEqual([]);
  });

  it('has a histogram at 0 where somebody said what will be observed', async () => {
    const metrics = new Metrics();
    metrics.histogram('wait_seconds', 'Time', { queue: { max: 2 } }, { buckets: [1] }).zero({ queue: 'a' });
    expect(await linesOf(metrics, 'stock_analysis_wait_seconds_count')).toEqual(['{queue="a"} 0']);
  });

  it('with a number has what comes first, and keeps counting it', async () => {
    const metrics = new Metrics();
    const runs = metrics.gauge('runs', 'Runs', { queue: { max: 2 } });
    for (const queue of ['a', 'b', 'c', 'd', 'a']) runs.inc({ queue });
    expect(await linesOf(metrics, 'stock_analysis_runs')).toEqual([
      '{queue="a"} 2',
      '{queue="b"} 1',
      '{queue="other"} 2',
    ]);
    expect(await linesOf(metrics, DROPPED)).toEqual(['{metric="stock_analysis_runs"} 2']);
  });

  it('of what is read at each scrape is bounded anew each time, and what is beyond is one sum', async () => {
    const metrics = new Metrics();
    let rows: readonly (readonly [string, number])[] = [];
    metrics.observableGauge('stored', 'Stored', { kid: { max: 2 } }, (set) => {
      for (const [kid, count] of rows) set({ kid }, count);
    });
    const scraped = (): Promise<string[]> => linesOf(metrics, 'stock_analysis_stored');
    expect(await scraped()).toEqual([]);
    rows = [
      ['a', 1],
      ['b', 2],
      ['c', 3],
      ['d', 4],
    ];
    expect(await scraped()).toEqual(['{kid="a"} 1', '{kid="b"} 2', '{kid="other"} 7']);
    rows = [
      ['c', 3],
      ['d', 4],
    ];
    expect(await scraped()).toEqual(['{kid="c"} 3', '{kid="d"} 4']);
  });
});

describe('what is read at each scrape', () => {
  it('is missing when nobody tells it, also where it has no labels', async () => {
    const metrics = new Metrics();
    let limit: number | undefined = 7;
    const read = (set: (labels: object, value: number) => void): void => {
      if (limit !== undefined) set({}, limit);
    };
    metrics.observableGauge('limit_bytes', 'Limit', {}, read);
    metrics.observableCounter('kills_total', 'Kills', {}, read);
    expect(await linesOf(metrics, 'stock_analysis_limit_bytes')).toEqual(['7']);
    expect(await linesOf(metrics, 'stock_analysis_limit_bytes')).toEqual(['7']);
    expect(await linesOf(metrics, 'stock_analysis_kills_total')).toEqual(['7']);
    limit = undefined;
    expect(await linesOf(metrics, 'stock_analysis_limit_bytes')).toEqual([]);
    expect(await linesOf(metrics, 'stock_analysis_kills_total')).toEqual([]);
  });
});

describe('the process', () => {
  it('tells every reader how late its timers were', async () => {
    const metrics = new Metrics();
    const latest = () => linesOf(metrics, 'nodejs_eventloop_lag_max_seconds');
    expect(await latest()).toEqual([]);
    await sleep(100);
    const until = performance.now() + 300;
    while (performance.now() < until);
    await expect.poll(latest, { timeout: 10_000, interval: 200 }).toHaveLength(1);
    const read = [await latest(), await latest()].flat().map(Number);
    expect(read[0]).toBeGreaterThan(0.25);
    expect(read[1]).toBe(read[0]);
    const sample = (await metrics.samples()).find(({ name }) => name.startsWith('nodejs_eventloop_lag_max'));
    expect(sample?.value).toBe(read[0]);
    expect(await linesOf(metrics, 'nodejs_eventloop_lag_')).toHaveLength(2);
  }, 20_000);

  it('has as many default series as its budget sets aside, or fewer', async () => {
    const own = (await seriesOf(new Metrics())) - 1;
    expect(own).toBeLessThanOrEqual(DEFAULT_SERIES);
    expect(own).toBeGreaterThan(DEFAULT_SERIES / 2);
  });

  it('never has more than 2,000 series, and each family still counts in "other"', async () => {
    const metrics = new Metrics();
    const many = { one: { max: 1_000 }, two: { max: 1_000 } };
    const families = [1, 2, 3].map((number) =>
      metrics.histogram(`greedy_${number}_seconds`, 'Greedy', many, { buckets: [1, 2, 3], sets: 1_000 }),
    );
    for (let index = 0; index < 3_000; index += 1)
      for (const family of families) family.observe({ one: String(index), two: String(index % 7) }, 1);
    const late = metrics.counter('late_total', 'Late', { kind: { max: 5 } });
    late.inc({ kind: 'a' });
    late.inc({ kind: 'b' });
    const series = await seriesOf(metrics);
    expect(series).toBeLessThanOrEqual(2_000);
    expect(series).toBeGreaterThan(1_800);
    expect(
      await linesOf(metrics, 'stock_analysis_greedy_3_seconds_count{one="other",two="other"}'),
    ).toHaveLength(1);
    const [told] = await linesOf(metrics, 'stock_analysis_metric_series ');
    expect(Number(told)).toBeGreaterThanOrEqual(series - 10);
  });

  it('has no more sets of labels of one family than that says', async () => {
    const metrics = new Metrics();
    const wide = metrics.counter('wide_total', 'Wide', { one: { max: 50 }, two: { max: 50 } }, { sets: 10 });
    for (let index = 0; index < 2_500; index += 1)
      wide.inc({ one: String(index % 50), two: String(Math.floor(index / 50)) });
    const lines = await linesOf(metrics, 'stock_analysis_wide_total');
    expect(lines).toHaveLength(11);
    expect(lines).toContain('{one="other",two="other"} 2490');
  });
});
