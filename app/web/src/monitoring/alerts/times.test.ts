import { expect, it } from 'vitest';
import { instantOf } from '../../accounts/audit-filter.ts';
import { localOf } from './times.ts';

it('shows an instant in an input as it is read from it', () => {
  const instant = '2026-11-26T08:15:00.000Z';
  expect(instantOf(localOf(instant))).toBe(instant);
  expect([localOf(undefined), localOf('yesterday')]).toEqual(['', '']);
});
