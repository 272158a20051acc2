import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatNumber, formatStored } from './decimal.ts';

it.each([
  [9.5, '9.50'],
  [9.8125, '9.8125'],
  [9.81, '9.81'],
  [0.1 + 0.2, '0.30'],
  [2_037_648_384, '2037648384.00'],
  [1_234_567_890_123.45, '1234567890123.45'],
  [0, '0.00'],
  [100, '100.00'],
])('formatNumber writes %d as %s', (value, shown) => {
  expect(formatNumber(value)).toBe(shown);
});

it('shows every price that was stored with up to four decimals as it was', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10 ** 9 }),
      fc.integer({ min: 0, max: 9999 }),
      (whole, fraction) => {
        const stored = `${whole}.${String(fraction).padStart(4, '0')}`;
        expect(Number(formatNumber(Number(stored)))).toBe(Number(stored));
        expect(formatNumber(Number(stored))).toMatch(/^\d+\.\d{2,4}$/);
      },
    ),
  );
});

it.each([
  ['9.5000', '9.50'],
  ['-627184900.120000', '-627184900.12'],
  ['123456789012345678901234.500000', '123456789012345678901234.50'],
  ['100', '100.00'],
])('formatStored writes %s as %s', (stored, shown) => {
  expect(formatStored(stored)).toBe(shown);
});
