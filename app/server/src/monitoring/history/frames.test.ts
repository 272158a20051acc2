import { describe, expect, it } from 'vitest';
import type { Sample } from '../metrics/metrics.ts';
import { Framing } from './frames.ts';

const counter = (value: number, labels: Sample['labels'] = {}): Sample => ({
  ...{ name: 'stock_analysis_things_total', type: 'counter', labels, value },
});
const gauge = (name: string, value: number, labels: Sample['labels'] = {}): Sample => ({
  ...{ name, type: 'gauge', labels, value },
});
const bucket = (le: string, value: number): Sample => ({
  ...{ name: 'stock_analysis_wait_seconds_bucket', type: 'histogram', labels: { le, queue: 'a' }, value },
});

/** Values of a frame by metric and labels. */
function shown(framing: Framing, samples: readonly Sample[], keep = true): Record<string, number> {
  const { frame, kept } = framing.frame(samples);
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
    shown(framing, [counter(8)], false);
    expect(shown(framing, [counter(9)])).toEqual({ stock_analysis_things_total: 4 });
  });

  it('has quantiles of what was observed in its time, and how much that was', () => {
    const framing = new Framing();
    shown(framing, [bucket('0.1', 100), bucket('1', 100), bucket('+Inf', 100)]);
    const { stock_analysis_wait_seconds_count: count, ...quantiles } = shown(framing, [
      ...[bucket('0.1', 100), bucket('1', 110), bucket('+Inf', 110)],
    ]);
    expect(count).toBe(10);
    expect(quantiles['stock_analysis_wait_seconds 0.5']).toBeCloseTo(0.55, 12);
    expect(quantiles['stock_analysis_wait_seconds 0.99']).toBeCloseTo(0.991, 12);
    const still = shown(framing, [bucket('0.1', 100), bucket('1', 110), bucket('+Inf', 110)]);
    expect(still['stock_analysis_wait_seconds 0.5']).toBeNaN();
  });

  it('puts routes together, and leaves out what is not ours and not asked for', () => {
    const requests = (route: string, value: number): Sample => ({
      ...{ name: 'http_requests_total', type: 'counter', value },
      labels: { method: 'GET', route, status_class: '2xx' },
    });
    expect(
      shown(new Framing(), [
        requests('/a', 3),
        requests('/b', 4),
        gauge('nodejs_heap_space_size_total_bytes', 1),
      ]),
    ).toEqual({ 'http_requests_total 2xx': 7 });
  });

  it('keeps one series of a family that has too many: the sum of counters, the largest of gauges', () => {
    const many = Array.from({ length: 40 }, (_, index) => index);
    const values = shown(new Framing(), [
      ...many.map((index) => counter(1, { thing: String(index) })),
      ...many.map((index) => gauge('stock_analysis_age_seconds', index, { thing: String(index) })),
    ]);
    expect(values).toEqual({ stock_analysis_things_total: 40, stock_analysis_age_seconds: 39 });
  });

  it('has the same layout while the series are the same, and another one when one comes', () => {
    const framing = new Framing();
    const first = framing.frame([counter(1)]).frame.layout;
    expect(framing.frame([counter(2)]).frame.layout).toBe(first);
    const second = framing.frame([counter(2), counter(1, { thing: 'b' })]).frame.layout;
    expect(second.hash).not.toBe(first.hash);
    expect(new Framing().frame([counter(9)]).frame.layout.hash).toBe(first.hash);
  });
});
