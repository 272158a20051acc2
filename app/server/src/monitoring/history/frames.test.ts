import { describe, expect, it } from 'vitest';
import { Metrics, type Sample } from '../metrics/metrics.ts';
import { Framing } from './frames.ts';

const counter = (value: number, labels: Sample['labels'] = {}): Sample => ({
  ...{ name: 'stock_analysis_things_total', type: 'counter', labels, value },
});
const ofOthers = (value: number, countedBy: Sample['countedBy'] = 'elsewhere'): Sample => ({
  ...{ name: 'stock_analysis_packets_total', type: 'counter', labels: {}, value },
  ...(countedBy === undefined ? {} : { countedBy }),
});
const gauge = (name: string, value: number, labels: Sample['labels'] = {}): Sample => ({
  ...{ name, type: 'gauge', labels, value },
});
const AT = Date.parse('2026-11-26T00:00:00Z');
const HOUR = 3_600_000;
const PACKETS = 'stock_analysis_packets_total';

/** Values of a frame by metric and labels. */
function shown(
  framing: Framing,
  samples: readonly Sample[],
  { keep = true, tellsPlatform = true } = {},
): Record<string, number> {
  const { frame, kept } = framing.frame(samples, AT, tellsPlatform);
  if (keep) kept();
  return Object.fromEntries(
    frame.layout.series.map(({ metric, labels }, index) => [
      `${metric} ${Object.values(labels).join(' ')}`.trim(),
      frame.values[index] ?? Number.NaN,
    ]),
  );
}

describe('a frame', () => {
  it('tells what counters gained since the frame before, and all after a restart of the counter', () => {
    const framing = new Framing();
    const added = [5, 7, 7, 3].map(
      (value) => shown(framing, [counter(value)])['stock_analysis_things_total'],
    );
    expect(added).toEqual([5, 2, 0, 3]);
  });

  it('that is lost leaves what was counted to the next', () => {
    const framing = new Framing();
    shown(framing, [counter(5)]);
    shown(framing, [counter(8)], { keep: false });
    expect(shown(framing, [counter(9)])).toEqual({ stock_analysis_things_total: 4 });
  });

  it('has what was observed up to each bound in its time, all series together, but for what nobody waits for', () => {
    const framing = new Framing();
    const took = (route: string, le: string, value: number): Sample => ({
      ...{ name: 'http_request_duration_seconds_bucket', type: 'histogram', value },
      labels: { method: 'GET', route, le },
    });
    shown(framing, [took('/a', '0.1', 100), took('/a', '+Inf', 100)]);
    expect(
      shown(framing, [
        ...[took('/a', '0.1', 104), took('/a', '+Inf', 106), took('/b', '0.1', 10), took('/b', '+Inf', 10)],
        ...['/health/live', '/monitoring/health', '/metrics', 'unmatched', '/api/v1/audit/export'].map(
          (route) => took(route, '+Inf', 9),
        ),
      ]),
    ).toEqual({
      'http_request_duration_seconds_bucket 0.1': 14,
      'http_request_duration_seconds_bucket +Inf': 16,
      http_request_duration_seconds_count: 16,
    });
  });

  it('puts routes together, and leaves out what is not ours and not asked for', () => {
    const requests = (route: string, value: number): Sample => ({
      ...{ name: 'http_requests_total', type: 'counter', value },
      labels: { method: 'GET', route, status_class: '2xx' },
    });
    expect(
      shown(new Framing(), [
        requests('/a', 3),
        ...['/health/ready', '/monitoring/status', 'unmatched'].map((route) => requests(route, 100)),
        requests('/b', 4),
        gauge('nodejs_heap_space_size_total_bytes', 1),
      ]),
    ).toEqual({ 'http_requests_total 2xx': 7 });
  });

  it('says 0 of what did not happen, so that quiet days are known as quiet', async () => {
    const metrics = new Metrics();
    metrics.counter('logins_total', 'Sign-ins', { outcome: ['success', 'refused', 'locked'] });
    expect(shown(new Framing(), await metrics.samples())).toMatchObject({
      'stock_analysis_logins_total refused': 0,
    });
  });

  it('keeps one series of a family that has too many: the sum of counters, the largest of gauges', () => {
    const many = Array.from({ length: 40 }, (_, index) => index);
    const values = shown(new Framing(), [
      ...many.map((index) => counter(1, { thing: String(index) })),
      ...many.map((index) => gauge('stock_analysis_age_seconds', index, { thing: String(index) })),
    ]);
    expect(values).toEqual({ stock_analysis_things_total: 40, stock_analysis_age_seconds: 39 });
  });

  it('loses nothing and invents nothing when a family comes to have too many', () => {
    const framing = new Framing();
    const things = (count: number, value: number): Sample[] =>
      Array.from({ length: count }, (_, index) => counter(value, { thing: String(index) }));
    shown(framing, things(30, 500));
    expect(shown(framing, [...things(30, 501), counter(2, { thing: '30' })])).toEqual({
      stock_analysis_things_total: 32,
    });
    expect(shown(framing, [...things(30, 501), counter(3, { thing: '30' })])).toEqual({
      stock_analysis_things_total: 1,
    });
    // It stays one series, also when there are few again.
    expect(shown(framing, things(2, 502))).toEqual({ stock_analysis_things_total: 2 });
  });

  it('has the same layout while the series are the same, and another one when one comes', () => {
    const framing = new Framing();
    const first = framing.frame([counter(1)], AT, true).frame.layout;
    expect(framing.frame([counter(2)], AT, true).frame.layout).toBe(first);
    const second = framing.frame([counter(2), counter(1, { thing: 'b' })], AT, true).frame.layout;
    expect(second.hash).not.toBe(first.hash);
    expect(new Framing().frame([counter(9)], AT, true).frame.layout.hash).toBe(first.hash);
  });
});

describe('what others count', () => {
  it('was there before the process, so the first sample adds nothing, and a smaller one is a new count', () => {
    const framing = new Framing();
    const added = [123_456_789, 123_456_800, 5_000, 5_010].map(
      (value) => shown(framing, [ofOthers(value)])[PACKETS] ?? Number.NaN,
    );
    expect(added).toEqual([Number.NaN, 11, Number.NaN, 10]);
  });

  it('is not known again after it was gone', () => {
    const framing = new Framing();
    for (const samples of [[ofOthers(7)], [ofOthers(9)], []]) shown(framing, samples);
    expect(shown(framing, [ofOthers(1_000)])[PACKETS]).toBeNaN();
    expect(shown(framing, [ofOthers(1_001)])[PACKETS]).toBe(1);
  });

  it('for the whole platform is told by one process, and by the next from where that one ended', () => {
    const [first, second] = [new Framing(), new Framing()];
    const told = (framing: Framing, value: number, tellsPlatform: boolean): number | undefined =>
      shown(framing, [ofOthers(value, 'platform')], { tellsPlatform })[PACKETS];
    told(first, 100, true);
    told(second, 100, false);
    expect([told(first, 110, true), told(second, 110, false)]).toEqual([10, undefined]);
    expect([told(first, 130, false), told(second, 130, true)]).toEqual([Number.NaN, 20]);
  });
});

describe('series that come and go', () => {
  const jobs = (...states: string[]): Sample[] =>
    states.map((state) => gauge('stock_analysis_jobs', 1, { queue: 'loads', state }));

  it('keep their place, without a value', () => {
    const framing = new Framing();
    shown(framing, jobs('created', 'active'));
    expect(shown(framing, jobs('active'))).toEqual({
      'stock_analysis_jobs loads created': Number.NaN,
      'stock_analysis_jobs loads active': 1,
    });
  });

  it('make no more layouts than there are series, whatever their order', () => {
    const framing = new Framing();
    const states = ['created', 'retry', 'active', 'completed', 'failed'];
    const layouts = new Set<string>();
    for (let minute = 0; minute < 500; minute += 1)
      layouts.add(
        framing.frame(jobs(...states.filter((_, index) => (minute * 7919) & (1 << index))), AT, true).frame
          .layout.hash,
      );
    expect(layouts.size).toBeLessThanOrEqual(states.length + 1);
  });

  it('are there from the beginning in the next process, which was told of them', () => {
    const before = new Framing();
    const { layout } = before.frame(jobs('created', 'active'), AT, true).frame;
    const after = new Framing();
    after.recall(layout.series, AT);
    expect(after.frame(jobs('active'), AT, true).frame.layout.hash).toBe(layout.hash);
  });

  it('lose their place after a day without a value', () => {
    const framing = new Framing();
    framing.frame(jobs('created', 'active'), AT, true);
    const seriesAfter = (hours: number): number =>
      framing.frame(jobs('active'), AT + hours * HOUR, true).frame.layout.series.length;
    expect([1, 23, 24, 25].map(seriesAfter)).toEqual([2, 2, 1, 1]);
  });
});
