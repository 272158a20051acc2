import { describe, expect, it } from 'vitest';
import { condition, type ConditionOf } from '../rules/definition.ts';
import { observeAbsence } from './absence.ts';
import { hoursOf, observeAnomaly } from './anomaly.ts';
import { observeComponents } from './component.ts';
import { evidenceSeconds } from './evidence.ts';
import type { SampledSeries } from './observation.ts';
import { observeRate } from './rate.ts';
import { observeRatio } from './ratio.ts';
import { sampledEvery } from './sampling.ts';
import { observeThreshold } from './threshold.ts';

function conditionOf<
  Kind extends ConditionOf<'rate'>['kind'] | 'ratio' | 'threshold' | 'absence' | 'anomaly' | 'component',
>(kind: Kind, more: object): ConditionOf<Kind> {
  return condition.parse({ kind, ...more }) as ConditionOf<Kind>;
}

const gauge = (labels: Record<string, string>, ...values: number[]): SampledSeries => ({
  kind: 'gauge',
  labels,
  points: values.map((value, index) => ({ at: index * 15_000, value })),
});

describe('threshold', () => {
  const memory = conditionOf('threshold', { metric: 'memory', limit: 0.9, clear: 0.8, by: ['role'] });

  it('has one verdict for each combination of labels, by its worst series', () => {
    const observations = observeThreshold(memory, [
      gauge({ role: 'server', instance: 'a' }, 0.5, 0.5),
      gauge({ role: 'server', instance: 'b' }, 0.9, 1),
      gauge({ role: 'worker', instance: 'c' }, 0.85),
      gauge({ role: 'migrate', instance: 'd' }, 0.8),
    ]);
    expect(observations).toEqual([
      { labels: { role: 'server' }, state: 'breached', value: 0.95, limit: 0.9 },
      { labels: { role: 'worker' }, state: 'within', value: 0.85, limit: 0.9 },
      { labels: { role: 'migrate' }, state: 'clear', value: 0.8, limit: 0.9 },
    ]);
  });

  it('looks the other way where less is worse', () => {
    const free = conditionOf('threshold', { metric: 'free', direction: 'below', limit: 0.1, clear: 0.15 });
    const stateAt = (value: number): unknown => observeThreshold(free, [gauge({}, value)])[0]?.state;
    expect([0.09, 0.1, 0.149, 0.15].map(stateAt)).toEqual(['breached', 'within', 'within', 'clear']);
  });

  it.each([
    ['last', 3],
    ['mean', 4],
    ['largest', 8],
    ['smallest', 1],
  ])('reduces the window to its %s', (reduce, value) => {
    const one = conditionOf('threshold', { metric: 'm', limit: 0, reduce });
    expect(observeThreshold(one, [gauge({}, 8, 1, 3)])[0]?.value).toBe(value);
  });

  it('says nothing of series without a sample', () => {
    expect(observeThreshold(memory, [gauge({ role: 'server' })])).toEqual([]);
  });
});

const counter = (labels: Record<string, string>, ...added: number[]): SampledSeries => ({
  kind: 'counter',
  labels,
  points: added.map((value, index) => ({ at: index * 15_000, value })),
});

describe('rate', () => {
  it('adds up what all series of a group grew, over the whole window', () => {
    const failing = conditionOf('rate', { metric: 'm', windowSeconds: 300, perSeconds: 60, limit: 6 });
    const [observation] = observeRate(failing, [
      counter({ instance: 'a' }, 10, 20),
      counter({ instance: 'b' }, 1),
    ]);
    expect(observation).toEqual({ labels: {}, state: 'breached', value: 6.2, limit: 6 });
  });

  it('does not take what was added during a pause of the database for what was added in the window', () => {
    const slow = conditionOf('rate', { metric: 'm', windowSeconds: 300, perSeconds: 60, limit: 6 });
    // Four in each minute: of ten minutes without a frame, and of two with one.
    const points = [
      { at: 600_000, value: 40, seconds: 600 },
      ...Array.from({ length: 8 }, (_, index) => ({ at: 615_000 + 15_000 * index, value: 1, seconds: 15 })),
    ];
    const [observation] = observeRate(slow, [{ kind: 'counter', labels: {}, points }]);
    expect(observation).toMatchObject({ state: 'clear', value: 4 });
  });
});

describe('ratio', () => {
  const failing = conditionOf('ratio', {
    ...{ metric: 'm', part: { status_class: '5xx' }, fewest: 5, limit: 0.05, clear: 0.01, by: ['role'] },
  });
  const observe = (bad: number, good: number) =>
    observeRatio(failing, [
      counter({ role: 'server', instance: 'a', status_class: '5xx' }, bad),
      counter({ role: 'server', instance: 'a', status_class: '2xx' }, good / 2),
      counter({ role: 'server', instance: 'b', status_class: '2xx' }, 0, good / 2),
    ])[0];

  it('is of all processes of a group together', () => {
    expect(observe(6, 94)).toEqual({
      ...{ labels: { role: 'server' }, state: 'breached', value: 0.06, limit: 0.05, detail: '6 of 100' },
    });
    expect(observe(6, 194)?.state).toBe('within');
    expect(observe(6, 994)?.state).toBe('clear');
  });

  it('holds where few ask and all of them fail, and not for fewer than are an accident', () => {
    expect(observe(5, 0)).toMatchObject({ state: 'breached', value: 1, detail: '5 of 5' });
    // Nor does what was the case end with them.
    expect(observe(4, 0)?.state).toBe('within');
    expect(observe(0, 4)?.state).toBe('clear');
  });

  it('is not known where nobody asks', () => {
    expect(observe(0, 0)).toEqual({ labels: { role: 'server' }, state: 'unknown', limit: 0.05 });
    expect(observeRatio(failing, [])).toEqual([]);
  });
});

describe('absence', () => {
  const missing = conditionOf('absence', { metric: 'up', matchers: { role: 'server' }, absentSeconds: 120 });

  it('knows a late sample from none', () => {
    const late = observeAbsence(missing, [gauge({}, 1, 1)], 15_000 + 119_000);
    expect(late).toEqual([
      { labels: { role: 'server', metric: 'up' }, state: 'clear', value: 119, limit: 120 },
    ]);
    expect(observeAbsence(missing, [gauge({}, 1, 1)], 15_000 + 120_000)[0]?.state).toBe('breached');
    expect(observeAbsence(missing, [], 1e9)).toEqual([
      { labels: { role: 'server', metric: 'up' }, state: 'breached', limit: 120 },
    ]);
  });
});

describe('samples that come seldom', () => {
  const missing = conditionOf('absence', { metric: 'up', absentSeconds: 120 });
  const last = conditionOf('threshold', { metric: 'm', limit: 0, windowSeconds: 60 });

  it('are not missed between two of them, and every window has one', () => {
    const every = (seconds: number): unknown[] =>
      [missing, last].map((one) => {
        const sampled = sampledEvery(one, seconds);
        return 'absentSeconds' in sampled ? sampled.absentSeconds : evidenceSeconds(sampled);
      });
    expect([every(15), every(30), every(300)]).toEqual([
      [120, 60],
      [120, 60],
      [1_200, 600],
    ]);
  });

  it('say after how long nothing came', () => {
    const sampled = sampledEvery(missing, 300);
    if (sampled.kind !== 'absence') throw new Error('is another condition');
    const at = (seconds: number): unknown => observeAbsence(sampled, [gauge({}, 1)], seconds * 1_000)[0];
    expect([at(1_199), at(1_200)]).toMatchObject([
      { state: 'clear', limit: 1_200 },
      { state: 'breached', limit: 1_200 },
    ]);
  });
});

describe('anomaly', () => {
  const NOW = Date.parse('2026-11-26T10:30:00Z');
  const unusual = conditionOf('anomaly', { metric: 'm', days: 10, leastDays: 5, deviations: 4 });
  const history = (today: number, past: readonly number[]): SampledSeries[] => [
    {
      kind: 'gauge',
      labels: {},
      points: hoursOf(unusual, NOW)
        .map(([from], day) => ({
          at: from + 1_800_000,
          value: day === 0 ? today : (past[day - 1] ?? Number.NaN),
        }))
        .filter(({ value }) => !Number.isNaN(value)),
    },
  ];
  const PAST = [10, 11, 9, 10, 12, 10, 9, 11, 10, 500];

  it('judges by the middle of past days, which one odd day does not move', () => {
    expect(observeAnomaly(unusual, history(12, PAST), NOW)[0]).toMatchObject({ state: 'clear', value: 12 });
    const [high] = observeAnomaly(unusual, history(30, PAST), NOW);
    expect(high).toMatchObject({ state: 'breached', value: 30 });
    // The median is 10, the median deviation 1: 10 + 4 x 1.4826.
    expect(high?.limit).toBeCloseTo(15.9304, 4);
    expect(observeAnomaly(unusual, history(0, PAST), NOW)[0]?.state).toBe('breached');
  });

  it('sees only the side that it was asked for', () => {
    const above = { ...unusual, direction: 'above' as const };
    expect(observeAnomaly(above, history(0, PAST), NOW)[0]?.state).toBe('clear');
  });

  it('knows nothing before it has seen enough days, or when nothing came today', () => {
    expect(observeAnomaly(unusual, history(30, PAST.slice(0, 4)), NOW)[0]?.state).toBe('unknown');
    expect(observeAnomaly(unusual, history(Number.NaN, PAST), NOW)[0]?.state).toBe('unknown');
  });

  it('judges the first days by a bound of their own, where there is one', () => {
    const bounded = { ...unusual, untilKnown: 100 };
    const stateOf = (today: number, past: readonly number[]): unknown =>
      observeAnomaly(bounded, history(today, past), NOW)[0]?.state;
    expect([stateOf(101, []), stateOf(100, [0, 0]), stateOf(Number.NaN, [])]).toEqual([
      'breached',
      'clear',
      'unknown',
    ]);
    // What is usual counts as soon as it is known.
    expect(stateOf(30, PAST)).toBe('breached');
  });

  it('takes no difference for one that is too small to matter, however even the past was', () => {
    const even = Array.from({ length: 10 }, () => 10);
    expect(observeAnomaly(unusual, history(10.1, even), NOW)[0]?.state).toBe('breached');
    const patient = { ...unusual, leastDifference: 1 };
    expect(observeAnomaly(patient, history(10.1, even), NOW)[0]?.state).toBe('clear');
  });

  it('adds up counters, so that the resolution of their samples does not matter', () => {
    const [from] = hoursOf(unusual, NOW)[0] ?? [0];
    const points = Array.from({ length: 12 }, (_, index) => ({ at: from + (index + 1) * 300_000, value: 5 }));
    const past = history(Number.NaN, PAST)[0]?.points ?? [];
    const series: SampledSeries = { kind: 'counter', labels: {}, points: [...past, ...points] };
    expect(observeAnomaly(unusual, [series], NOW)[0]?.value).toBe(60);
  });
});

describe('component', () => {
  const views = [
    { component: 'database', status: 'up', isCurrent: true },
    { component: 'mail', status: 'degraded', message: 'refused', isCurrent: true },
    { component: 'disk', status: 'down', isCurrent: false },
  ] as const;

  it('has one verdict for each, and none where what is known is old', () => {
    const all = conditionOf('component', { component: '*' });
    expect(observeComponents(all, views)).toEqual([
      { labels: { component: 'database' }, state: 'clear', detail: 'up' },
      { labels: { component: 'mail' }, state: 'breached', detail: 'refused' },
      { labels: { component: 'disk' }, state: 'unknown', detail: 'down' },
    ]);
  });

  it('leaves out what others look after', () => {
    const others = conditionOf('component', { component: '*', except: ['mail', 'disk'] });
    expect(observeComponents(others, views)).toEqual([
      { labels: { component: 'database' }, state: 'clear', detail: 'up' },
    ]);
  });

  it('begins where it is told to', () => {
    const down = conditionOf('component', { component: 'mail', from: 'down' });
    expect(observeComponents(down, views)).toEqual([
      { labels: { component: 'mail' }, state: 'clear', detail: 'refused' },
    ]);
  });
});
