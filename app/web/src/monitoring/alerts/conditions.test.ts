import { expect, it } from 'vitest';
import { conditionOf, conditionText, fieldName } from './conditions.ts';

it('makes of a form a share, and says it in a line', () => {
  const given: Readonly<Record<string, string>> = {
    [fieldName('metric')]: 'http_requests_total',
    [fieldName('part')]: 'status_class=5xx',
    [fieldName('windowSeconds')]: '600',
    [fieldName('limit')]: '0.05',
  };
  const condition = conditionOf('ratio', { optional: (name) => given[name] });
  expect(condition).toEqual({
    ...{ kind: 'ratio', metric: 'http_requests_total', part: { status_class: '5xx' } },
    ...{ windowSeconds: 600, limit: 0.05 },
  });
  expect(conditionText(condition)).toBe('http_requests_total 在 600 秒内 status_class=5xx 的占比高于 0.05');
});
