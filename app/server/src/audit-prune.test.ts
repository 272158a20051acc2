import { describe, expect, it } from 'vitest';
import { parseBefore } from './audit-prune.ts';

const TODAY = '2026-11-26';

describe('the arguments of audit-prune', () => {
  it.each(['2025-01-01', TODAY])('are a day until today, as %s', (day) => {
    expect(parseBefore(['--before', day], TODAY)).toBe(day);
  });

  it.each([
    [[], '--before must say which records go'],
    [['--before', '2026-11-27'], 'lies ahead; the records of today (2026-11-26, UTC) stay'],
    [['--before', '2026-02-30'], 'is no day'],
    [['--before', '2026-11-26T00:00:00Z'], 'is no day'],
    [['--before', '90 days'], 'is no day'],
    [['--all'], '--all'],
    [['2026-01-01'], '2026-01-01'],
  ])('are not %j', (args, message) => {
    expect(() => parseBefore(args, TODAY)).toThrow(message);
  });
});
