import { describe, expect, it } from 'vitest';
import { bodyOf } from './answers.ts';

const answer = (status: number, body: string) => ({ status, mediaType: 'application/json', body });
const error = (text: string): string => JSON.stringify({ error: text });

describe('bodyOf', () => {
  it('takes the body of a 200, and a function that returned None as no rows', () => {
    expect(bodyOf(answer(200, '[1]'))).toBe('[1]');
    expect(bodyOf(answer(404, error('该接口返回数据为空，请确认参数是否正确：https://…')))).toBe('[]');
  });

  it.each([
    [404, error('未找到该接口，请升级 AKShare …'), { failure: 'not_offered' }],
    [404, error("请输入正确的参数错误 'data'，请升级 …"), { failure: 'upstream_failed' }],
    [404, '{"detail":"Not Found"}', { failure: 'contract', violation: 'unexpected_status' }],
    [404, '<html>', { failure: 'contract', violation: 'unexpected_status' }],
    [500, 'Internal Server Error', { failure: 'upstream_failed' }],
    [502, '<html>Bad Gateway', { failure: 'unreachable' }],
    [503, '', { failure: 'unreachable' }],
    [307, '', { failure: 'contract', violation: 'unexpected_status' }],
    [405, '{"detail":"Method Not Allowed"}', { failure: 'contract', violation: 'unexpected_status' }],
    [204, '', { failure: 'contract', violation: 'unexpected_status' }],
  ])('tells a %d with %s apart', (status, body, expected) => {
    expect(() => bodyOf(answer(status, body))).toThrow(expect.objectContaining(expected));
  });
});
