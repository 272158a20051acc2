import { expect, it } from 'vitest';
import { isLong } from './long-answers.ts';

const stored = { bars: 8_000, lastBar: '2024-09-19' };

it.each([
  ['a whole history', stored, { period: 'daily' }, true],
  ['a whole short history', { ...stored, bars: 250 }, { period: 'daily' }, false],
  ['the newest 250', stored, { period: 'daily', limit: 250 }, false],
  ['the newest 5,000', stored, { period: 'daily', limit: 5_000 }, true],
  ['thirty months', stored, { period: 'daily', from: '2022-03-19' }, false],
  ['twenty years', stored, { period: 'daily', from: '2004-09-19' }, true],
  ['all weeks', stored, { period: 'weekly' }, true],
  ['all months', stored, { period: 'monthly' }, false],
  ['what begins after the last bar', stored, { period: 'daily', from: '2025-01-01' }, false],
] as const)('%s', (_what, symbol, window, expected) => {
  expect(isLong(symbol, window)).toBe(expected);
});
