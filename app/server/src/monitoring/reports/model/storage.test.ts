import { describe, expect, it } from 'vitest';
import { slopePerDay, storageOf } from './storage.ts';

const HOUR_MS = 3_600_000;
const hourly = (hours: number, bytesAt: (hour: number) => number) =>
  Array.from({ length: hours + 1 }, (_, hour) => [hour * HOUR_MS, bytesAt(hour)] as const);

describe('growth', () => {
  it('is the slope of the straight line through all points', () => {
    expect(slopePerDay(hourly(48, (hour) => 100 + hour))).toBeCloseTo(24, 9);
    // Least squares of (0, 0), (1, 1), (2, 5) by hand: slope 5 / 2.
    const days = [0, 1, 5].map((bytes, day) => [day * 24 * HOUR_MS, bytes] as const);
    expect(slopePerDay(days)).toBeCloseTo(2.5, 12);
  });

  it('is not known of less than a day', () => {
    expect(slopePerDay(hourly(23, (hour) => hour))).toBeNull();
    expect(slopePerDay([])).toBeNull();
  });

  it.each([
    ['grows', 1e6, 240e6, 10],
    ['shrinks', -1e6, 240e6, null],
    ['stays', 0, 240e6, null],
    ['is full in centuries', 1, 1e12, null],
    ['has no known end', 1e6, undefined, null],
  ])('says when it is full: it %s', (_, perHour, availableBytes, days) => {
    const used = hourly(48, (hour) => 1e9 + hour * perHour);
    const { daysUntilFull } = storageOf({ name: 'x', used, availableBytes, sizeBytes: undefined });
    expect(daysUntilFull === null ? null : Math.round(daysUntilFull * 1e6) / 1e6).toBe(days);
  });
});
