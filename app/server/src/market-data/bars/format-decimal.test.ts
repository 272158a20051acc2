import { expect, it } from 'vitest';
import { formatDecimal } from './format-decimal.ts';

it.each([
  ['9.5000', '9.50'],
  ['9.8125', '9.8125'],
  ['9.8100', '9.81'],
  ['2037648384.0000', '2037648384.00'],
  ['0.0000', '0.00'],
  ['100', '100.00'],
])('formatDecimal writes %s as %s', (stored, shown) => {
  expect(formatDecimal(stored)).toBe(shown);
});
