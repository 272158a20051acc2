import { describe, expect, it } from 'vitest';
import { clockText, type Unit, unitOf, unitText } from './units.ts';

describe('a figure', () => {
  it.each<[number, Unit, string]>([
    [0, 'bytes', '0 B'],
    [1536, 'bytes', '1.5 KiB'],
    [1023, 'bytes', '1023 B'],
    [3 * 1024 ** 3, 'bytes', '3 GiB'],
    [-2048, 'bytes', '-2 KiB'],
    [2048, 'bytes-per-second', '2 KiB/s'],
    [0, 'seconds', '0 s'],
    [0.0123, 'seconds', '12.3 ms'],
    [75, 'seconds', '75 s'],
    [150, 'seconds', '3 分'],
    [5_400, 'seconds', '1 小时 30 分'],
    [200_000, 'seconds', '2 天 7 小时'],
    [0.25, 'cores', '0.25 核'],
    [0.5, 'share', '50%'],
    [1234.56, 'count', '1234.6'],
    [0.000_012, 'count', '1.20e-5'],
    [Number.NaN, 'count', '—'],
  ])('%d of %s is %s', (value, unit, text) => expect(unitText(value, unit)).toBe(text));
});

describe('the unit of a metric that nobody described', () => {
  it.each([
    ['process_cpu_seconds_total', 'counter', 'cores'],
    ['stock_analysis_container_network_receive_bytes_total', 'counter', 'bytes-per-second'],
    ['stock_analysis_container_cpu_throttled_seconds_total', 'counter', 'share'],
    ['http_requests_total', 'counter', 'per-minute'],
    ['nodejs_heap_size_used_bytes', 'gauge', 'bytes'],
    ['stock_analysis_component_last_success_timestamp_seconds', 'gauge', 'count'],
    ['http_request_duration_seconds', 'gauge', 'seconds'],
    ['stock_analysis_jobs', 'gauge', 'count'],
  ] as const)('%s: %s is in %s', (name, kind, unit) => expect(unitOf(name, kind)).toBe(unit));
});

it('tells a time by the clock, with the day where it is another one', () => {
  const now = new Date(2026, 10, 26, 12);
  expect(clockText(new Date(2026, 10, 26, 9, 5, 7), now)).toBe('09:05:07');
  expect(clockText(new Date(2026, 10, 25, 9, 5, 7), now)).toBe('11/25 09:05');
});
