import { describe, expect, it } from 'vitest';
import { overviewOf, type OverviewQuote } from './market-overview.ts';

const quote = (symbol: string, given: Partial<OverviewQuote> = {}): OverviewQuote => ({
  symbol,
  name: symbol,
  board: 'main',
  industry: null,
  listedOn: null,
  session: null,
  last: 10,
  previousClose: 10,
  volume: 100,
  amount: 1000,
  turnoverRate: 1,
  ...given,
});

const names = (list: readonly { symbol: string }[]): string[] => list.map(({ symbol }) => symbol);

describe('overviewOf', () => {
  it('counts each share once: up, down, flat, halted, newly listed', () => {
    const { breadth, shares, turnover } = overviewOf(
      [
        quote('up', { last: 10.01 }),
        quote('down', { last: 9.99 }),
        quote('flat'),
        quote('halted without a price', { last: null, volume: null, amount: null }),
        quote('halted at its last close', { volume: 0, amount: 0 }),
        quote('new', { previousClose: null }),
      ],
      '2024-09-19',
    );
    expect(breadth).toEqual({ up: 1, down: 1, flat: 1, halted: 2, unpriced: 1 });
    expect([shares, turnover]).toEqual([6, 4000]);
  });

  it.each<[string, Partial<OverviewQuote>, string, string | undefined]>([
    ['10 % of the main board', { last: 11 }, '2024-09-19', 'up'],
    ['one cent less', { last: 10.99 }, '2024-09-19', undefined],
    ['10 % down', { last: 9 }, '2024-09-19', 'down'],
    [
      'half a cent rounded up: 10.05 by 10 % is 11.06',
      { previousClose: 10.05, last: 11.06 },
      '2024-09-19',
      'up',
    ],
    ['5 % under risk warning', { name: '*ST x', last: 10.5 }, '2024-09-19', 'up'],
    ['5 % with ST elsewhere in the name', { name: '中国ST', last: 10.5 }, '2024-09-19', undefined],
    ['20 % on ChiNext', { board: 'chinext', last: 12 }, '2024-09-19', 'up'],
    ['10 % on ChiNext', { board: 'chinext', last: 11 }, '2024-09-19', undefined],
    ['10 % on ChiNext before its rules changed', { board: 'chinext', last: 11 }, '2020-08-21', 'up'],
    ['20 % on the STAR market', { board: 'star', last: 8 }, '2024-09-19', 'down'],
    ['30 % in Beijing', { board: 'bse', last: 13 }, '2024-09-19', 'up'],
    [
      '44 % in the first sessions of a registered share',
      { listedOn: '2024-09-18', session: 2, last: 14.4 },
      '2024-09-19',
      undefined,
    ],
    ['200 % of a share whose listing is not known', { last: 30 }, '2024-09-19', undefined],
    [
      '5 % under risk warning, which is no limit any more',
      { name: 'ST x', last: 10.5 },
      '2026-07-06',
      undefined,
    ],
    ['10 % under risk warning since then', { name: 'ST x', last: 9 }, '2026-07-06', 'down'],
    ['a board without a rule of ours', { board: 'b-share', last: 11 }, '2024-09-19', undefined],
    ['a halted share', { last: 11, volume: 0 }, '2024-09-19', undefined],
  ])('judges the limit: %s', (_what, given, date, side) => {
    const { limitUp, limitDown } = overviewOf([quote('x', given)], date);
    expect([names(limitUp), names(limitDown)]).toEqual([
      side === 'up' ? ['x'] : [],
      side === 'down' ? ['x'] : [],
    ]);
  });

  it('ranks movers by change and by amount, and calls nobody a gainer who lost', () => {
    const overview = overviewOf(
      [
        quote('a', { last: 10.5, amount: 1 }),
        quote('b', { last: 9.5, amount: 3 }),
        quote('c', { last: 10.2, amount: 2 }),
      ],
      '2024-09-19',
    );
    expect(names(overview.gainers)).toEqual(['a', 'c']);
    expect(names(overview.losers)).toEqual(['b']);
    expect(names(overview.mostTraded)).toEqual(['b', 'c', 'a']);
    expect(overview.gainers[0]).toMatchObject({ last: 10.5, changePercent: 5 });
  });

  it('sums amounts in cents, so that the sum is one', () => {
    const quotes = Array.from({ length: 5_000 }, (_, index) =>
      quote(`${index}`, { industry: '银行', amount: 153_203_232.19 }),
    );
    const { turnover, industries } = overviewOf(quotes, '2024-09-19');
    expect([turnover, industries[0]?.amount]).toEqual([766_016_160_950, 766_016_160_950]);
  });

  it('sums industries up where they are known', () => {
    const overview = overviewOf(
      [
        quote('a', { industry: '银行', last: 10.1 }),
        quote('b', { industry: '银行', last: 9.7 }),
        quote('c', { industry: '酿酒', last: 10.3 }),
        quote('d', { last: 11 }),
        quote('e', { industry: '酿酒', volume: 0, amount: 0 }),
      ],
      '2024-09-19',
    );
    expect(overview.industries).toEqual([
      { name: '酿酒', shares: 1, up: 1, down: 0, changePercent: 3, amount: 1000 },
      { name: '银行', shares: 2, up: 1, down: 1, changePercent: -1, amount: 2000 },
    ]);
  });
});
