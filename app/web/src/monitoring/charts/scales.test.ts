import { describe, expect, it } from 'vitest';
import { timeMarks, valueMarks } from './scales.ts';

describe('the marks of values', () => {
  it.each([
    [0, 9.1, 'count', [0, 2.5, 5, 7.5, 10]],
    [0, 0.0123, 'seconds', [0, 0.005, 0.01, 0.015]],
    [0, 0.3, 'cores', [0, 0.1, 0.2, 0.3]],
    [-3, 5, 'count', [-4, -2, 0, 2, 4, 6]],
    [0, 0, 'count', [0, 1]],
    [0, 3 * 1024 ** 3, 'bytes', [0, 1024 ** 3, 2 * 1024 ** 3, 3 * 1024 ** 3]],
    [0, 700 * 1024 ** 2, 'bytes', [0, 200, 400, 600, 800].map((mib) => mib * 1024 ** 2)],
  ] as const)('between %d and %d of %s are round', (low, high, unit, marks) => {
    expect(valueMarks(low, high, unit)).toEqual(marks);
  });

  it('hold every value between the first and the last', () => {
    for (const high of [1e-6, 0.07, 1, 3.3, 99, 101, 12_345, 9e11]) {
      const marks = valueMarks(0, high, 'count');
      expect(marks[0]).toBe(0);
      expect(marks.at(-1)).toBeGreaterThanOrEqual(high);
      expect(marks.length).toBeLessThanOrEqual(7);
    }
  });
});

describe('the marks of time', () => {
  it('are round times of the reader’s clock, and days at midnight', () => {
    const from = new Date(2026, 10, 25, 20, 7).getTime();
    const to = new Date(2026, 10, 26, 8, 7).getTime();
    expect(timeMarks(from, to, 6).map(({ text }) => text)).toEqual([
      '22:00',
      '11-26',
      '02:00',
      '04:00',
      '06:00',
      '08:00',
    ]);
  });

  it('are days where the range is long, as many as there is room for', () => {
    const from = new Date(2026, 9, 27, 1).getTime();
    const to = new Date(2026, 10, 26, 1).getTime();
    const marks = timeMarks(from, to, 6);
    expect(marks.length).toBeLessThanOrEqual(6);
    expect(marks.map(({ text }) => text)).toEqual(['11-01', '11-06', '11-11', '11-16', '11-21', '11-26']);
  });

  it('are never more than asked for', () => {
    for (const hours of [1, 5, 24, 100, 720, 9_600])
      for (const most of [2, 4, 9])
        expect(timeMarks(0, hours * 3_600_000, most).length).toBeLessThanOrEqual(most + 1);
  });
});
