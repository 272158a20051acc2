import { describe, expect, it } from 'vitest';
import type { BarSeries } from '../indicators/index.ts';
import { priceBasis } from './price-basis.ts';
import { scoreByRules } from './rule-score.ts';

function series(closes: readonly number[]): BarSeries {
  const close = Float64Array.from(closes);
  const dates = closes.map((_, day) => new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10));
  return {
    dates,
    open: close,
    high: close.map((value) => value * 1.005),
    low: close.map((value) => value * 0.995),
    close,
    volume: close.map(() => 1000),
    amount: close,
  };
}

/** A steady climb whose price is cut by a third on day 110, as by 5 bonus shares for 10. */
const climb = Array.from({ length: 120 }, (_, day) => 10 * 1.002 ** day);
const raw = series(climb.map((value, day) => (day < 110 ? value : value / 1.5)));
const EX_DATE = raw.dates[110] ?? '';

describe('priceBasis', () => {
  it('takes adjusted prices as they are', () => {
    const bars = series(climb);
    expect(priceBasis(bars, { isAdjusted: true, impossibleMoves: [] })).toEqual({ bars, dataGaps: [] });
  });

  it('says of raw prices that gaps are read as moves', () => {
    const { bars, dataGaps } = priceBasis(raw, { isAdjusted: false, impossibleMoves: [] });
    expect([bars, dataGaps]).toEqual([raw, [expect.stringContaining('除权除息资料未知')]]);
  });

  it('compares nothing across a move that cannot be one, and so suggests nothing on what is left', () => {
    const misread = scoreByRules(raw);
    expect(misread.reasons.find(({ id }) => id === 'trend.medium')?.points).toBeLessThan(0);
    const facts = { isAdjusted: false, impossibleMoves: ['2023-01-03', EX_DATE] };
    const { bars, dataGaps } = priceBasis(raw, facts);
    expect(bars.dates[0]).toBe(EX_DATE);
    expect([...bars.close]).toEqual([...raw.close.subarray(110)]);
    expect(dataGaps.at(-1)).toContain(`${EX_DATE} 的价格超出涨跌幅限制`);
    const score = scoreByRules(bars);
    expect(score.action).toBe('watch');
    expect(score.reasons.map(({ id }) => id)).not.toContain('trend.medium');
  });
});
