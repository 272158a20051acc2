import { describe, expect, it } from 'vitest';
import { barPath, linePath, runsOf } from './paths.ts';

describe('a drawing', () => {
  it('puts neighbours of one state together', () => {
    expect(runsOf(['good', 'good', 'bad', 'good'])).toEqual([
      { tone: 'good', from: 0, to: 0.5 },
      { tone: 'bad', from: 0.5, to: 0.75 },
      { tone: 'good', from: 0.75, to: 1 },
    ]);
  });

  it('has a bar for each value, at least a hundredth high where there is any', () => {
    expect(barPath([5, null, 0, 0.001], 10, 40, 100)).toBe('M1 100v-50h8v50zM31 100v-1h8v1z');
  });

  it('breaks a line where nothing is known, and shows a value that stands alone', () => {
    expect(linePath([0, 10, null, 5, null], 10, 50, 100)).toBe('M5 100L15 0M35 50h2.5');
  });
});
