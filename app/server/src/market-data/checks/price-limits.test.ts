import { describe, expect, it } from 'vitest';
import { limitPrices, type LimitQuestion, priceLimit } from './price-limits.ts';

const seasoned = (question: Pick<LimitQuestion, 'board' | 'date'> & Partial<LimitQuestion>): string => {
  const limit = priceLimit({ listedOn: '1999-11-10', session: 500, ...question });
  return limit.kind === 'percent' ? `${limit.percent} %` : limit.kind;
};

describe('priceLimit', () => {
  it.each<[LimitQuestion['board'], string, string]>([
    ['main', '1996-12-13', 'none'],
    ['main', '1996-12-16', '10 %'],
    ['main', '2024-09-19', '10 %'],
    ['chinext', '2009-10-30', '10 %'],
    ['chinext', '2020-08-21', '10 %'],
    ['chinext', '2020-08-24', '20 %'],
    ['star', '2019-07-29', '20 %'],
    ['bse', '2021-11-16', '30 %'],
    ['bse', '2021-11-12', 'unknown'],
    ['index', '2024-09-19', 'unknown'],
    ['b-share', '2024-09-19', 'unknown'],
    ['unknown', '2024-09-19', 'unknown'],
  ])('on board %s on %s is %s', (board, date, limit) => {
    expect(seasoned({ board, date })).toBe(limit);
  });

  it.each<[LimitQuestion['board'], string, string]>([
    ['main', '1998-04-21', '10 %'],
    ['main', '1998-04-22', '5 %'],
    ['main', '2026-07-03', '5 %'],
    ['main', '2026-07-06', '10 %'],
    ['chinext', '2020-08-24', '20 %'],
    ['star', '2024-09-19', '20 %'],
    ['bse', '2024-09-19', '30 %'],
  ])('on board %s on %s is %s under risk warning', (board, date, limit) => {
    expect(seasoned({ board, date, riskWarning: true })).toBe(limit);
    expect(seasoned({ board, date })).toBe(seasoned({ board, date, riskWarning: false }));
  });

  it.each<[LimitQuestion['board'], string, readonly string[]]>([
    ['main', '1999-11-10', ['none', '10 %', '10 %', '10 %', '10 %', '10 %']],
    ['main', '2013-12-31', ['none', '10 %', '10 %', '10 %', '10 %', '10 %']],
    ['main', '2014-01-17', ['issue-price', '10 %', '10 %', '10 %', '10 %', '10 %']],
    ['main', '2023-04-07', ['issue-price', '10 %', '10 %', '10 %', '10 %', '10 %']],
    ['main', '2023-04-10', ['none', 'none', 'none', 'none', 'none', '10 %']],
    ['chinext', '2020-08-21', ['issue-price', '20 %', '20 %', '20 %', '20 %', '20 %']],
    ['chinext', '2020-08-24', ['none', 'none', 'none', 'none', 'none', '20 %']],
    ['star', '2019-07-22', ['none', 'none', 'none', 'none', 'none', '20 %']],
    ['bse', '2021-11-15', ['none', '30 %', '30 %', '30 %', '30 %', '30 %']],
  ])('of a share listed on %s on %s is %j in its first sessions', (board, listedOn, limits) => {
    // The date only picks the era: of the first session that of listing, of the others one of ten days later.
    const later = new Date(Date.parse(`${listedOn}T00:00:00Z`) + 10 * 86_400_000).toISOString().slice(0, 10);
    const found = limits.map((_limit, index) =>
      seasoned({ board, listedOn, date: index === 0 ? listedOn : later, session: index + 1 }),
    );
    expect(found).toEqual(limits);
  });

  it('names the band of the first day and the rule', () => {
    expect(
      priceLimit({ board: 'main', date: '2014-01-17', listedOn: '2014-01-17', session: 1 }),
    ).toMatchObject({
      kind: 'issue-price',
      up: 44,
      down: 36,
    });
    expect(priceLimit({ board: 'star', date: '2024-09-19' })).toMatchObject({
      rule: expect.stringContaining('科创板'),
    });
  });
});

describe('limitPrices', () => {
  it.each([
    // Days on which 600000.SH closed at its limit.
    [27.02, 10, 24.32, 29.72],
    [11.75, 10, 10.58, 12.93],
    // Half a cent goes up, on both sides.
    [9.45, 10, 8.51, 10.4],
    [10.05, 10, 9.05, 11.06],
    [10, 20, 8, 12],
    [10.03, 30, 7.02, 13.04],
    [3.7, 5, 3.52, 3.89],
    // A limit smaller than the tick is one tick.
    [0.04, 10, 0.03, 0.05],
  ])('of %d and %d %% are %d and %d', (reference, percent, lower, upper) => {
    expect(limitPrices(reference, percent)).toEqual({ lower, upper });
  });
});
