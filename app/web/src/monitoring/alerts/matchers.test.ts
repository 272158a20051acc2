import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../http.ts';
import { matchersOf, matchersText } from './matchers.ts';

describe('matchers in one line', () => {
  it.each([
    ['rule=DiskAlmostFull', { rule: 'DiskAlmostFull' }],
    [' rule = A , component=disk,', { rule: 'A', component: 'disk' }],
    ['rule=A，queue=a=b', { rule: 'A', queue: 'a=b' }],
    ['', {}],
  ])('%j are %j', (text, matchers) => {
    expect(matchersOf(text, 'matchers')).toEqual(matchers);
    expect(matchersOf(matchersText(matchers), 'matchers')).toEqual(matchers);
  });

  it.each(['disk', '=disk', 'Rule=A', 'rule=A, disk'])('%j are refused, next to their field', (text) => {
    expect(() => matchersOf(text, 'condition.matchers')).toThrow(ProblemError);
    expect(() => matchersOf(text, 'condition.matchers')).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ parameter: 'condition.matchers' })] }),
    );
  });
});
