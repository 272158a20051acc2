import { describe, expect, it } from 'vitest';
import { locateSampleData } from '../sample/sample-files.ts';
import { SampleProvider } from '../sample/sample-provider.ts';
import { valueOr } from '../provider.ts';
import { rightsGap } from './rights-gap.ts';

/** Closes of one share day by day; nothing else of it matters here. */
const series = (...closes: number[]) =>
  closes.map((close, index) => ({ date: `2024-03-${String(index + 10)}`, high: close + 0.1, close }));
const QUIET = [10, 10, 10, 10, 10, 10];

describe('rightsGap', () => {
  it.each([
    ['a fall that no limit allows and that lasts', [...QUIET, 5, 5.2], '2024-03-16'],
    ['the same on the last day', [...QUIET, 5], '2024-03-16'],
    ['a fall within the limit', [...QUIET, 9, 8.2], undefined],
    ['a wrong row, after which prices are what they were', [...QUIET, 5, 10.1], undefined],
    ['the first sessions, which are not limited', [10, 5, 5, 5, 5], undefined],
    ['no bars', [], undefined],
  ])('judges %s', (_what, closes, expected) => {
    expect(rightsGap('600000.SH', series(...closes))).toBe(expected);
  });

  it('allows what the board allows', () => {
    expect(rightsGap('300001.SZ', series(...QUIET, 8.5, 8.5))).toBeUndefined();
    expect(rightsGap('600000.SH', series(...QUIET, 8.5, 8.5))).toBe('2024-03-16');
  });

  it('finds a distribution of shares in real prices', async () => {
    const rows = valueOr(await new SampleProvider(locateSampleData(undefined)).dailyRows('600000.SH'), []);
    expect(
      rightsGap(
        '600000.SH',
        rows.flatMap(({ bar }) => bar ?? []),
      ),
    ).toBe('2002-08-22');
  });
});
