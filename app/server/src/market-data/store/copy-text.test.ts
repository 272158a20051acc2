import { expect, it } from 'vitest';
import { copyText } from './copy-text.ts';

it('writes fields between tabs and rows between line ends', () => {
  expect([...copyText([['600519.SH', 1.5, true, null, undefined, 1e21]])]).toEqual([
    '600519.SH\t1.5\ttrue\t\\N\t\\N\t1e+21\n',
  ]);
});

it('keeps what would end a field or a row, and an empty first field', () => {
  expect([...copyText([['', 'a\tb\nc\rd\\N']])].join('')).toBe('\ta\\tb\\nc\\rd\\\\N\n');
});

it('hands long input over in pieces of whole lines', () => {
  const pieces = [...copyText(Array.from({ length: 10_000 }, (_, index) => [`row ${index}`, index]))];
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.every((piece) => piece.endsWith('\n'))).toBe(true);
  expect(pieces.join('').split('\n')).toHaveLength(10_001);
});
