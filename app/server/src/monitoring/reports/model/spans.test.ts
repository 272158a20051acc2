import { describe, expect, it } from 'vitest';
import { lengthWithin, type Span, union, without } from './spans.ts';

const spans = (...pairs: readonly (readonly [number, number])[]): Span[] =>
  pairs.map(([from, to]) => ({ from, to }));

describe('spans of time', () => {
  it('are put together, each time once', () => {
    expect(union(spans([5, 7], [1, 3], [2, 4], [7, 8], [9, 9]))).toEqual(spans([1, 4], [5, 8]));
  });

  it.each([
    ['nothing', spans(), spans([0, 10])],
    ['the middle', spans([3, 5]), spans([0, 3], [5, 10])],
    ['both ends', spans([-5, 2], [8, 20]), spans([2, 8])],
    ['several', spans([6, 7], [1, 2], [1, 3]), spans([0, 1], [3, 6], [7, 10])],
    ['all', spans([0, 4], [4, 10]), spans()],
    ['what is elsewhere', spans([-3, 0], [10, 12]), spans([0, 10])],
  ])('are left without %s', (_, others, left) => {
    expect(without(spans([0, 10]), others)).toEqual(left);
  });

  it('have a length between two instants', () => {
    expect(lengthWithin(spans([0, 4], [6, 9]), { from: 2, to: 7 })).toBe(3);
  });
});
