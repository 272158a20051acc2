import { describe, expect, it } from 'vitest';
import { exitCodeOf, judgeAll, notRun, tableOf, verdictOf, type Gate } from './gate.ts';

const clean: Gate = { name: 'clean', judge: () => verdictOf([], '3 things') };
const blind: Gate = { name: 'blind', judge: () => notRun('no database') };
const dirty: Gate = { name: 'dirty', judge: () => verdictOf(['a is bad: remove it'], '3 things') };
const broken: Gate = { name: 'broken', judge: () => Promise.reject(new Error('no such file')) };

describe('judgeAll', () => {
  it('fails with one finding, and when the gate itself breaks', async () => {
    const rows = await judgeAll([clean, blind, dirty, broken]);
    expect(rows.map(({ outcome }) => outcome)).toEqual(['passed', 'not run', 'failed', 'failed']);
    expect(rows[3]?.findings).toEqual(['no such file']);
  });

  it.each([
    [[clean, blind], 0],
    [[clean, dirty], 1],
    [[broken, blind], 1],
  ])('exit code of %j is %i', async (gates, code) => {
    expect(exitCodeOf(await judgeAll(gates))).toBe(code);
  });
});

it('tableOf says what did not run, and names every finding with its gate', async () => {
  expect(tableOf(await judgeAll([clean, blind, dirty]))).toBe(
    [
      'clean  passed   3 things',
      'blind  not run  no database',
      'dirty  failed   1 finding; 3 things',
      '',
      'dirty: a is bad: remove it',
    ].join('\n'),
  );
});
