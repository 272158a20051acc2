import { describe, expect, it } from 'vitest';
import { instantOf, spanOf } from './audit-filter.ts';

const now = new Date('2026-11-26T12:00:00Z');

describe('instantOf', () => {
  it('takes a local time for the own clock of the reader', () => {
    expect(instantOf('2026-11-26T08:30')).toBe(new Date(2026, 10, 26, 8, 30).toISOString());
  });

  it.each(['', 'yesterday', '2026-13-01T00:00'])('has no instant for %j', (text) => {
    expect(instantOf(text)).toBeUndefined();
  });
});

describe('spanOf', () => {
  it('is the last 30 days up to and with this moment where nothing is said', () => {
    expect(spanOf({}, now)).toEqual({ from: '2026-10-27T12:00:01.000Z', to: '2026-11-26T12:00:01.000Z' });
  });

  it('is what the filter says', () => {
    const given = { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' };
    expect(spanOf(given, now)).toEqual(given);
    expect(spanOf({ to: given.to }, now)).toEqual({ from: '2026-01-02T00:00:00.000Z', to: given.to });
  });

  it('is none where it is empty, or longer than the server exports at once', () => {
    const from = '2026-01-01T00:00:00.000Z';
    expect(spanOf({ from, to: from }, now)).toBeUndefined();
    expect(spanOf({ from, to: '2027-01-02T00:00:00.000Z' }, now)).toBeDefined();
    expect(spanOf({ from, to: '2027-01-02T00:00:00.001Z' }, now)).toBeUndefined();
  });
});
