import { describe, expect, it } from 'vitest';
import { MarketCalendars } from '../market-calendars.ts';
import type { Quote } from '../provider.ts';
import { locateSampleData } from '../sample/sample-files.ts';
import { SampleProvider } from '../sample/sample-provider.ts';
import { judgeQuote, type QuoteContext } from './quotes.ts';

const DATE = '2024-09-19';
const calendar = MarketCalendars.announced().market;

const quote = (given: Partial<Quote> = {}): Quote => ({
  symbol: '600000.SH',
  name: '浦发银行',
  last: 10.1,
  open: 10,
  high: 10.2,
  low: 9.9,
  previousClose: 10,
  volume: 1_000_000,
  amount: 10_050_000,
  volumeRatio: undefined,
  turnoverRate: undefined,
  peDynamic: undefined,
  pb: undefined,
  marketCap: undefined,
  floatCap: undefined,
  ...given,
});
const verdict = (given: Partial<Quote>, context: Partial<QuoteContext> = {}): string | undefined => {
  const judged = judgeQuote(quote(given), { date: DATE, calendar, since: '1999-11-10', ...context });
  return judged && `${judged.disposition} ${judged.verdict.reason}`;
};

describe('judgeQuote', () => {
  it.each<[string, Partial<Quote>]>([
    ['an ordinary one', {}],
    [
      'a halted share without a price',
      {
        last: undefined,
        open: undefined,
        high: undefined,
        low: undefined,
        volume: undefined,
        amount: undefined,
      },
    ],
    [
      'a halted share at its last close',
      { last: 10, open: undefined, high: undefined, low: undefined, volume: 0, amount: 0 },
    ],
    [
      'a share before its first trade',
      { open: undefined, high: undefined, low: undefined, volume: undefined },
    ],
    ['the upper limit', { last: 11, high: 11, amount: 10_500_000 }],
    ['without a previous close', { previousClose: undefined }],
    ['of another tick: an index', { symbol: '000001.SH', last: 10.1234, volume: 0 }],
  ])('lets %s pass', (_what, given) => {
    expect(verdict(given)).toBeUndefined();
  });

  it.each<[string, Partial<Quote>, string]>([
    ['a negative last price', { last: -10.1 }, 'rejected non_positive_price'],
    ['a price of 0', { open: 0 }, 'rejected non_positive_price'],
    ['a negative previous close', { previousClose: -10 }, 'rejected non_positive_price'],
    ['a high below the low', { high: 9.8 }, 'rejected high_low_order'],
    ['a last price above the high', { last: 10.5 }, 'rejected high_low_order'],
    ['parts of a cent', { last: 10.105 }, 'rejected fraction_of_a_cent'],
    ['parts of a share', { volume: 29.5 }, 'rejected impossible_volume'],
    [
      'parts of a share without prices',
      { last: undefined, open: undefined, high: undefined, low: undefined, volume: 29.5 },
      'rejected impossible_volume',
    ],
    ['a negative amount', { amount: -1 }, 'rejected impossible_amount'],
    ['a high beyond the limit', { high: 11.01 }, 'rejected beyond_price_limit'],
    [
      'a lone last price beyond the limit',
      { last: 20, open: undefined, high: undefined, low: undefined, volume: undefined },
      'rejected beyond_price_limit',
    ],
    [
      '6 % of a share under risk warning',
      { name: '*ST浦发', last: 10.6, high: 10.6 },
      'rejected beyond_price_limit',
    ],
    ['an amount in thousands of yuan', { amount: 10_050 }, 'flagged swapped_units'],
  ])('tells %s', (_what, given, expected) => {
    expect(verdict(given)).toBe(expected);
  });

  it.each<[string, Partial<Quote>, Partial<QuoteContext>]>([
    ['its first session', {}, { since: DATE }],
    ['its fifth session by registration', {}, { since: '2024-09-11' }],
    ['a share of which nothing is known', {}, { since: undefined }],
    ['a name that says so', { name: 'N浦发' }, {}],
    ['the delisting period', { name: '浦发退' }, {}],
  ])('does not limit %s', (_what, given, context) => {
    expect(verdict({ last: 20, high: 20, amount: 15_000_000, ...given }, context)).toBeUndefined();
  });

  it('limits the sixth session', () => {
    expect(verdict({ last: 20, high: 20 }, { since: '2024-09-10' })).toBe('rejected beyond_price_limit');
  });

  it('finds in the real market of 2023-08-25 the two shares that were in their first sessions, and nothing else', async () => {
    const answer = await new SampleProvider(locateSampleData(undefined)).snapshot();
    if (answer.outcome === 'empty') throw new Error('no snapshot');
    const { quotes, tradeDate: date } = answer.value;
    expect(quotes).toHaveLength(5_051);
    const found = (since: string | undefined) =>
      quotes
        .filter((one) => judgeQuote(one, { date, calendar, since }) !== undefined)
        .map(({ name }) => name);
    expect(found('1999-11-10')).toEqual(['众辰科技', '泰凌微']);
    expect(found(undefined)).toEqual([]);
  });
});
