import { describe, expect, it } from 'vitest';
import type { MetricAnswer } from '../types.ts';
import { highest, linesOf, stretches, timesOf, valueAt } from './lines.ts';
import { type PanelQuery, windowOf } from './panels.ts';

const T0 = Date.parse('2026-11-26T00:00:00Z');
const at = (minute: number): string => new Date(T0 + minute * 60_000).toISOString();
const point = (minute: number, value: number) => ({ at: at(minute), value, smallest: value, largest: value });

const ANSWER: MetricAnswer = {
  name: 'http_requests_total',
  kind: 'counter',
  step: 60,
  series: [
    {
      labels: { status_class: '2xx', role: 'server', instance: 'server@a:1' },
      points: [point(1, 30), point(2, 60), point(5, 90)],
    },
    {
      labels: { status_class: '2xx', role: 'server', instance: 'server@b:1' },
      points: [point(2, 6)],
    },
    { labels: { status_class: '5xx', role: 'server', instance: 'server@a:1' }, points: [point(1, 3)] },
  ],
};
const query = (rest: Partial<PanelQuery> = {}): PanelQuery => ({
  metric: 'http_requests_total',
  by: ['status_class'],
  combine: 'sum',
  ...rest,
});
const short = (lines: ReturnType<typeof linesOf>) =>
  lines.map(({ name, points }) => [
    name,
    ...points.map(({ at: time, value }) => [(time - T0) / 60_000, value]),
  ]);

describe('the lines of a metric', () => {
  it('add up what counters of all processes grew by, in the unit of the chart', () => {
    expect(short(linesOf(ANSWER, query(), 'per-minute', false))).toEqual([
      ['2xx', [1, 30], [2, 66], [5, 90]],
      ['5xx', [1, 3]],
    ]);
    expect(short(linesOf(ANSWER, query({ by: [], name: '全部' }), 'cores', false))).toEqual([
      ['全部', [1, 33 / 60], [2, 66 / 60], [5, 90 / 60]],
    ]);
  });

  it('are those of each process where these are to be told apart', () => {
    expect(short(linesOf(ANSWER, query(), 'per-minute', true)).map(([name]) => name)).toEqual([
      '2xx server@a:1',
      '2xx server@b:1',
      '5xx server@a:1',
    ]);
  });

  it('take a gauge as it is, and the largest or smallest where a sum would mean nothing', () => {
    const gauge: MetricAnswer = { ...ANSWER, kind: 'gauge' };
    expect(short(linesOf(gauge, query({ combine: 'largest' }), 'seconds', false))[0]).toEqual([
      '2xx',
      [1, 30],
      [2, 60],
      [5, 90],
    ]);
    expect(short(linesOf(gauge, query({ combine: 'smallest' }), 'bytes', false))[0]).toEqual([
      '2xx',
      [1, 30],
      [2, 6],
      [5, 90],
    ]);
  });

  it('of a metric that nobody has described are told by all labels but those of the process', () => {
    const names = linesOf(ANSWER, query({ by: 'all' }), 'per-minute', false).map(({ name }) => name);
    expect(names).toEqual(['status_class=2xx', 'status_class=5xx']);
    const bare = { ...ANSWER, series: [{ labels: { role: 'worker' }, points: [point(1, 1)] }] };
    expect(linesOf(bare, query({ by: 'all' }), 'per-minute', false)[0]?.name).toBe('http_requests_total');
    expect(linesOf(bare, query({ by: 'all' }), 'per-minute', true)[0]?.name).toBe('worker');
  });
});

describe('processes that take the place of others', () => {
  const lineOf = (...processes: readonly (readonly [from: number, values: readonly number[]])[]) => {
    const answer: MetricAnswer = {
      ...{ name: 'process_resident_memory_bytes', kind: 'gauge', step: 60 },
      series: processes.map(([from, values], index) => ({
        labels: { role: 'server', instance: `server@${index}:1` },
        points: values.map((value, minute) => point(from + minute, value)),
      })),
    };
    const [line = ['none']] = short(linesOf(answer, query({ by: ['role'] }), 'bytes', false));
    return line.slice(1).map((one) => (Array.isArray(one) ? one[1] : one));
  };

  it('are not added to them in the step in which both were there', () => {
    expect(lineOf([1, [100, 100, 100]], [3, [80, 80, 80]])).toEqual([100, 100, 90, 80, 80]);
  });

  it('are told from those that go on, also in the newest step', () => {
    const goesOn = [1, [100, 100, 100, 100]] as const;
    expect(lineOf(goesOn, [1, [100, 100, 100]], [3, [100, 100]])).toEqual([200, 200, 200, 200]);
    expect(lineOf([1, [100, 100]], [1, [100, 100]], [2, [100]])).toEqual([200, 200]);
    expect(lineOf([1, [100]], [1, [100, 100]], [1, [100, 100]])).toEqual([200, 200]);
  });

  it('are all left out of it where each was there for a moment alone', () => {
    expect(lineOf([1, [100, 100]], [2, [100]], [2, [100, 100]])).toEqual([100, 100, 100]);
  });

  it('are none where more were started, where nothing was recorded, or of one step alone', () => {
    expect(lineOf([1, [100, 100, 100, 100]], [2, [50, 50, 50]])).toEqual([100, 150, 150, 150]);
    expect(lineOf([1, [100, 100]], [1, [100, 100]], [5, [80, 80]], [5, [80, 80]])).toEqual([
      200, 200, 160, 160,
    ]);
    expect(lineOf([1, [100]], [1, [80]])).toEqual([180]);
  });
});

describe('a gap', () => {
  it('is one: what was not recorded is not drawn over', () => {
    const [line] = linesOf(ANSWER, query(), 'per-minute', false);
    const parts = stretches(line?.points ?? [], 60);
    expect(parts.map((part) => part.map(({ value }) => value))).toEqual([[30, 66], [90]]);
    expect(line && valueAt(line, T0 + 3 * 60_000)).toBeUndefined();
  });

  it('is none where no point is missing, and nothing has no stretch', () => {
    const points = [1, 2, 3].map((minute) => ({ at: minute * 60_000, value: 1 }));
    expect(stretches(points, 60)).toHaveLength(1);
    expect(stretches([], 60)).toEqual([]);
  });
});

it('knows every time of which any line says something, and draws the highest ones', () => {
  const line = (name: string, ...values: number[]) => ({
    name,
    points: values.map((value, index) => ({ at: index, value })),
  });
  const lines = [line('a', 1), line('b', 5, 2), line('c', 3)];
  expect(timesOf(lines)).toEqual([0, 1]);
  expect(highest(lines, 2).map(({ name }) => name)).toEqual(['b', 'c']);
  expect(highest(lines, 3)).toBe(lines);
});

describe('the time that a chart shows', () => {
  it('ends with a step that is over', () => {
    const now = Date.parse('2026-11-26T10:07:31Z');
    const { from, to, step } = windowOf('1h', now);
    expect([new Date(from), new Date(to), step]).toEqual([
      new Date('2026-11-26T09:07:00Z'),
      new Date('2026-11-26T10:07:00Z'),
      60,
    ]);
  });

  it('of long ranges waits for what is made of the samples now and then', () => {
    const { to } = windowOf('30d', Date.parse('2026-11-26T10:07:31Z'));
    expect(new Date(to)).toEqual(new Date('2026-11-26T08:00:00Z'));
  });

  it.each(['1h', '24h', '7d', '30d', '400d'] as const)('has a few hundred points at most: %s', (range) => {
    const { from, to, step } = windowOf(range, T0);
    expect((to - from) / 1000 / step).toBeLessThanOrEqual(400);
    expect((to - from) / 1000 / step).toBeGreaterThanOrEqual(60);
  });
});
