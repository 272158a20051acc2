import { describe, expect, it } from 'vitest';
import { computeIndicators } from '../index.ts';
import { cut, realBars } from '../testing/series.ts';
import { calculation, column, emptyColumn } from './memory.ts';

describe('working memory', () => {
  it('is used again by the next calculation, whatever its length', () => {
    const [first] = calculation(() => [column(100).fill(7)]);
    const [second] = calculation(() => [column(90)]);
    expect(second?.buffer).toBe(first?.buffer);
    expect(second?.length).toBe(90);
  });

  it('is not handed out twice within one', () => {
    const buffers = calculation(() => [column(100).buffer, column(100).buffer, emptyColumn(100).buffer]);
    expect(new Set(buffers).size).toBe(3);
  });

  it('is fresh outside of a calculation', () => {
    expect(column(100).buffer).not.toBe(column(100).buffer);
    expect(column(3)).toEqual(new Float64Array(3));
  });

  it('comes back after a calculation that failed', () => {
    const used: ArrayBufferLike[] = [];
    const failing = (): void =>
      calculation(() => {
        used.push(column(5000).buffer);
        throw new Error('half-way');
      });
    expect(failing).toThrow('half-way');
    expect(failing).toThrow('half-way');
    expect(used[0]).toBe(used[1]);
  });

  it('never shows in a result: what one call answered stays as it is through the next', () => {
    const bars = cut(realBars('000151.sz'), 0, 300);
    const names = ['MA5', 'MACD', 'RSI6', 'KDJ', 'BOLL', 'DMI', 'OBV', 'CDL'];
    const copyOf = (result: ReturnType<typeof computeIndicators>) =>
      Object.values(result.columns).map(({ name, values }) => [name, [...values]]);
    const result = computeIndicators(bars, names, 'cn');
    const before = copyOf(result);
    computeIndicators(cut(realBars('600000.sh'), 0, 290), names, 'cn');
    expect(copyOf(result)).toEqual(before);
  });
});
