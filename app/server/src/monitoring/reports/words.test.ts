import { describe, expect, it } from 'vitest';
import { bytes, counted, duration, latency, percent, wordsOfTime } from './words.ts';

describe('words', () => {
  it.each([
    [1, '100 %'],
    [0.999999, '99.999 %'],
    [0.9999999, '99.999 %'],
    [0.9995, '99.95 %'],
    [0.999, '99.9 %'],
    [0.98765, '98.76 %'],
    [0.5, '50 %'],
    [0, '0 %'],
  ])('cut a share of %d and do not round it', (share, text) => {
    expect(percent(share)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [59.4, '59 s'],
    [60, '1 min'],
    [90, '1 min 30 s'],
    [3_600, '1 h'],
    [3_599, '59 min 59 s'],
    [45_000, '12 h 30 min'],
    [187_200, '2 d 4 h'],
  ])('say how long %d s are', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it('say sizes, times and counts', () => {
    expect([0, 999, 1_000, 4.25e9, -3e6, 2e15].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1 kB',
      '4.3 GB',
      '-3 MB',
      '2000 TB',
    ]);
    expect([0.0042, 0.18, 1.254].map(latency)).toEqual(['4.2 ms', '180 ms', '1.25 s']);
    expect([counted(1, 'load'), counted(1_200, 'load')]).toEqual(['1 load', '1,200 loads']);
  });

  it('tell times by the clock of the zone', () => {
    const { instant, time, day } = wordsOfTime('Asia/Shanghai');
    const at = Date.parse('2026-11-24T16:05:00Z');
    expect([instant(at), time(at), day(at)]).toEqual(['25 Nov 2026, 00:05', '00:05', 'Wed 25 Nov']);
  });
});
