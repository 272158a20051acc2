import { describe, expect, it } from 'vitest';
import type { CorporateAction } from '../provider.ts';
import { type ActionHistory, computeFactors } from './factors.ts';

function dividend(
  exDate: string,
  cashPerShare: number,
  change: Partial<CorporateAction> = {},
): CorporateAction {
  return {
    exDate,
    cashPerShare,
    bonusPerShare: 0,
    conversionPerShare: 0,
    rightsPerShare: 0,
    adjustsPrice: true,
    ...change,
  };
}
const history = (...actions: CorporateAction[]): ActionHistory => ({
  completeFrom: '2024-01-01',
  completeUntil: '2024-12-31',
  actions,
});
const bars = [
  { date: '2024-06-03', close: 10 },
  { date: '2024-06-04', close: 9.9 },
  { date: '2024-06-12', close: 9 },
];

describe('computeFactors', () => {
  it('divides the reference by the close before the ex-date', () => {
    expect(computeFactors(history(dividend('2024-06-04', 0.333)), bars)).toEqual({
      kind: 'known',
      knownFrom: '2024-01-01',
      knownUntil: '2024-12-31',
      steps: [{ exDate: '2024-06-04', previousClose: 10, reference: 9.67, factor: 0.967, shareRatio: 1 }],
    });
  });

  it('takes the close before a halt where the ex-date lies in it', () => {
    const [step] = computeFactors(history(dividend('2024-06-06', 0.5)), bars).steps;
    expect(step).toMatchObject({ previousClose: 9.9, reference: 9.4 });
  });

  it('goes on from the reference where two ex-dates lie in one halt', () => {
    const { steps } = computeFactors(
      history(dividend('2024-06-06', 0.5), dividend('2024-06-07', 0, { bonusPerShare: 1 })),
      bars,
    );
    expect(steps.map((step) => [step.previousClose, step.reference])).toEqual([
      [9.9, 9.4],
      [9.4, 4.7],
    ]);
  });

  it.each([
    ['before the first bar', dividend('2024-06-03', 0.5)],
    ['after the last bar, whose close before is not yet known', dividend('2024-06-13', 0.5)],
    ['that changed no price', dividend('2024-06-04', 0, { adjustsPrice: false })],
  ])('leaves out an action %s', (_what, action) => {
    expect(computeFactors(history(action), bars).steps).toEqual([]);
  });

  it('knows that a share without actions needs no factors', () => {
    expect(computeFactors(history(), bars)).toMatchObject({ kind: 'known', steps: [] });
    expect(computeFactors(history(dividend('2024-06-04', 1)), []).steps).toEqual([]);
  });
});
