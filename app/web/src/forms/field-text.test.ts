import { describe, expect, it } from 'vitest';
import { fieldText } from './field-text.ts';

describe('fieldText', () => {
  it.each([
    [
      'must have at least 12 characters; a few words that nobody would put together are easy to remember',
      '至少 12 个字符',
    ],
    ['must have at least 1 character', '至少 1 个字符'],
    ['must be at most 365', '最多 365'],
    ['must not repeat a few characters', '不能只是几个字符的重复'],
    ['must be six digits, or a recovery code', '请输入六位数字，或一个恢复码'],
    ['must be six digits', '请输入六位数字'],
    ['must be another one than the one until now', '要与现在的密码不同；只改动连字符、大小写也不行'],
    ['audit:read needs the role admin; yours is viewer', '您的角色不能用其中一项'],
    ['is not the password', '密码不正确'],
    ['the code is not right, or was used already', '不正确，或已经用过'],
    ['must be the name of a metric', '请输入指标的名称：小写字母、数字和下划线'],
    ['must be a whole number of minutes', '请输入整数'],
    ['must name 1 to 10 labels', '1 至 10 个标签'],
    ['must be before to (2026-11-26T00:00:00.000Z)', '“从”要早于“到”'],
  ])('says %j in the words of the page', (detail, text) => {
    expect(fieldText(detail)).toEqual({ text });
  });

  it('leaves what it has no words for in English, and says that it is', () => {
    expect(fieldText('must be blue')).toEqual({ text: 'must be blue', lang: 'en' });
  });

  it('leaves what the page itself says', () => {
    expect(fieldText('请输入 admin')).toEqual({ text: '请输入 admin' });
  });
});
