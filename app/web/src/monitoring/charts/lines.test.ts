import { describe, expect, it } from 'vitest';
import type { MetricAnswer } from '../types.ts';
import { highest, linesOf, stretches, timesOf, valueAt, within } from './lines.ts';
import { type PanelQuery, wholeSteps, windowOf } from './panels.ts';

const T0 = Date.parse('2026-11-26T00:00:00Z');
const at = (minute: number): string => new Date(T0 + minute * 60_000).toISOString();
const point = (minute: number, value: number) => ({
  ...{ at: at(minute), value, total: value, smallest: value, largest: value, seconds: 60 },
});

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

describe('points that are about several processes', () => {
  const rolledUp: MetricAnswer = {
    ...{ name: 'm', kind: 'gauge', step: 1_800 },
    series: [
      {
        labels: { role: 'server' },
        points: [
          { at: at(30), value: 50, total: 100, smallest: 1, largest: 99, seconds: 1_800 },
          { at: at(60), value: 50, total: 150, smallest: 2, largest: 98, seconds: 1_800 },
        ],
      },
      {
        labels: { role: 'worker' },
        points: [{ at: at(30), value: 7, total: 7, smallest: 7, largest: 7, seconds: 1_800 }],
      },
    ],
  };
  const drawn = (combine: PanelQuery['combine'], by: readonly string[] = ['role']) =>
    short(linesOf(rolledUp, query({ by, combine }), 'bytes', false));

  it('are added up by what these had together, and not by their mean', () => {
    expect(drawn('sum')).toEqual([
      ['server', [30, 100], [60, 150]],
      ['worker', [30, 7]],
    ]);
    expect(drawn('sum', [])).toEqual([['m', [30, 107], [60, 150]]]);
  });

  it('say how little and how much any of these had', () => {
    expect(drawn('smallest')[0]).toEqual(['server', [30, 1], [60, 2]]);
    expect(drawn('largest')[0]).toEqual(['server', [30, 99], [60, 98]]);
  });
});

it('what was counted while nothing could be recorded is spread over that time', () => {
  const paused: MetricAnswer = {
    ...{ name: 'process_cpu_seconds_total', kind: 'counter', step: 60 },
    series: [{ labels: { role: 'server' }, points: [{ ...point(11, 120), seconds: 600 }, point(12, 12)] }],
  };
  expect(short(linesOf(paused, query({ by: ['role'] }), 'cores', false))).toEqual([
    ['server', [11, 0.2], [12, 0.2]],
  ]);
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
  it('is whole steps of the answer, where what is stored is coarser than what was asked for', () => {
    const window = wholeSteps(windowOf('1h', Date.parse('2026-11-26T10:07:31Z')), 300);
    expect([new Date(window.from), new Date(window.to), window.step]).toEqual([
      new Date('2026-11-26T09:10:00Z'),
      new Date('2026-11-26T10:05:00Z'),
      300,
    ]);
    const minute = (text: string) => ({ at: Date.parse(`2026-11-26T${text}:00Z`), value: 1 });
    const cut = within({ name: '', points: ['09:10', '09:15', '10:05', '10:10'].map(minute) }, window);
    expect(cut.points).toEqual(['09:15', '10:05'].map(minute));
  });

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
