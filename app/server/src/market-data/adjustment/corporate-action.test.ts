import { describe, expect, it } from 'vitest';
import type { CorporateAction } from '../provider.ts';
import { CorporateActionError, exRightsReference, shareRatio } from './corporate-action.ts';

function action(terms: Partial<CorporateAction>): CorporateAction {
  return {
    exDate: '2024-07-18',
    cashPerShare: 0,
    bonusPerShare: 0,
    conversionPerShare: 0,
    rightsPerShare: 0,
    adjustsPrice: true,
    ...terms,
  };
}

describe('exRightsReference', () => {
  it.each<[string, number, Partial<CorporateAction>, number]>([
    // Worked by hand from the formula of the trading rules.
    ['cash', 9.04, { cashPerShare: 0.321 }, 8.72],
    ['cash and bonus shares', 35.29, { cashPerShare: 0.16, bonusPerShare: 0.3 }, 27.02],
    ['cash and converted reserves', 18.4, { cashPerShare: 0.2, conversionPerShare: 0.5 }, 12.13],
    ['a rights issue', 17.7, { rightsPerShare: 0.3, rightsPrice: 8 }, 15.46],
    [
      'everything at once',
      54.4,
      {
        cashPerShare: 0.3,
        bonusPerShare: 0.35,
        conversionPerShare: 0.5,
        rightsPerShare: 0.1,
        rightsPrice: 16,
      },
      28.56,
    ],
    ['exactly half a cent, upwards', 19.8, { cashPerShare: 0.174, conversionPerShare: 0.2 }, 16.36],
    ['exactly half a cent of cash', 11.77, { cashPerShare: 0.285 }, 11.49],
    ['a hair less than half a cent', 10, { cashPerShare: 0.0050001 }, 9.99],
    ['half a cent where binary has less', 1.01, { cashPerShare: 0.005 }, 1.01],
    ['cash with ten decimals', 10, { cashPerShare: 0.0099999999 }, 9.99],
    ['nothing', 9.04, {}, 9.04],
  ])('is computed from %s', (_what, close, terms, reference) => {
    expect(exRightsReference(close, action(terms))).toBe(reference);
  });

  it.each<[string, number, Partial<CorporateAction>, string]>([
    ['negative cash', 10, { cashPerShare: -0.1 }, 'cashPerShare of ex-date 2024-07-18 is -0.1'],
    ['no number', 10, { bonusPerShare: Number.NaN }, 'bonusPerShare of ex-date 2024-07-18 is NaN'],
    ['an infinity', 10, { conversionPerShare: Number.POSITIVE_INFINITY }, 'conversionPerShare'],
    ['more decimals than terms have', 10, { cashPerShare: 1e-11 }, 'cashPerShare'],
    ['rights without a price', 10, { rightsPerShare: 0.3 }, 'has no price'],
    ['a close of zero', 0, { cashPerShare: 0.1 }, 'not a positive price'],
    ['a close that is no whole cents', 10.001, { cashPerShare: 0.1 }, 'not a positive price in whole cents'],
    ['cash that eats the price', 10, { cashPerShare: 10 }, 'leaves nothing of the close 10'],
    ['cash above the price', 10, { cashPerShare: 11 }, 'leaves nothing'],
  ])('is refused for %s', (_what, close, terms, message) => {
    expect(() => exRightsReference(close, action(terms))).toThrow(CorporateActionError);
    expect(() => exRightsReference(close, action(terms))).toThrow(message);
  });
});

describe('shareRatio', () => {
  it.each<[string, number, Partial<CorporateAction>, number]>([
    ['cash leaves the number of shares alone', 10, { cashPerShare: 1 }, 1],
    ['bonus and converted shares count in full', 10, { bonusPerShare: 0.3, conversionPerShare: 0.2 }, 1.5],
    ['rights at the market price are no gift', 8, { rightsPerShare: 0.3, rightsPrice: 8 }, 1],
    ['of rights below it the gift counts', 10, { rightsPerShare: 1, rightsPrice: 5 }, 20 / 15],
  ])('%s', (_what, close, terms, ratio) => {
    expect(shareRatio(close, action(terms))).toBeCloseTo(ratio, 12);
  });
});
