import { describe, expect, it } from 'vitest';
import { FUNCTIONS, marketQuotes, minuteHistory, rightsIssues, stockHistory } from './functions.ts';
import { pathOf } from './request.ts';

const range = { period: 'daily', start_date: '20240102', end_date: '20240105' };

describe('pathOf', () => {
  it('writes function and parameters', () => {
    expect(pathOf(stockHistory, { symbol: '000001', ...range })).toBe(
      '/api/public/stock_zh_a_hist?symbol=000001&period=daily&start_date=20240102&end_date=20240105',
    );
    expect(pathOf(marketQuotes, {})).toBe('/api/public/stock_zh_a_spot_em');
    const minute = { symbol: '000001', period: '1', start_date: '2024-09-18 09:00:00' };
    expect(pathOf(minuteHistory, { ...minute, end_date: '2024-09-18 16:00:00' })).toContain(
      'start_date=2024-09-18%2009%3A00%3A00',
    );
    expect(pathOf(rightsIssues, { symbol: '600000', indicator: '配股' })).toContain('%E9%85%8D%E8%82%A1');
  });

  const hostile = [
    '000001"',
    '000001") or __import__("os").system("id") or ("',
    "000001'",
    '000001&adjust=qfq',
    '000001=1',
    '000001\\b',
    '000001+1',
    '000001%22',
    '000001#',
    '000001\n',
    '000001\0',
    '000001\u007f',
    'cookie',
    'COOKIE1',
    ' 000001',
    '０００００１',
    '00000',
    '0000011',
    '0'.repeat(100_000),
    '',
  ];

  it.each(hostile)('refuses the symbol %j', (symbol) => {
    expect(() => pathOf(stockHistory, { symbol, ...range })).toThrow(
      expect.objectContaining({ failure: 'refused' }),
    );
  });

  it('refuses such values for every parameter of every function', () => {
    for (const definition of FUNCTIONS) {
      for (const name of Object.keys(definition.parameters)) {
        for (const value of hostile) {
          const given = Object.fromEntries(
            Object.keys(definition.parameters).map((key) => [key, key === name ? value : '000001']),
          );
          expect(() => pathOf(definition, given), `${definition.name}.${name}`).toThrow(
            expect.objectContaining({ failure: 'refused' }),
          );
        }
      }
    }
  });

  it('refuses a function that is not on the list, whatever it looks like', () => {
    expect(() => pathOf({ ...marketQuotes, name: 'exec' }, {})).toThrow(
      expect.objectContaining({ failure: 'refused' }),
    );
  });

  it('refuses what the contract does not have, and the lack of what it has', () => {
    const refused = expect.objectContaining({ failure: 'refused' }) as unknown as Error;
    expect(() => pathOf(stockHistory, { symbol: '000001', ...range, timeout: '5' })).toThrow(refused);
    expect(() => pathOf(stockHistory, { symbol: '000001', ...range, __proto__x: '5' })).toThrow(refused);
    expect(() => pathOf(stockHistory, { symbol: '000001', ...range, constructor: '5' })).toThrow(refused);
    expect(() => pathOf(stockHistory, range)).toThrow(refused);
  });
});
