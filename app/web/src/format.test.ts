import { describe, expect, it } from 'vitest';
import {
  actionText,
  compact,
  direction,
  monthsBefore,
  otherDayText,
  price,
  problemText,
  signed,
  termsText,
} from './format.ts';

describe('format', () => {
  it.each([
    [0, '0'],
    [9999, '9999'],
    [12_345_678, '1234.57万'],
    [2_037_648_384, '20.38亿'],
    [-250_000, '-25.00万'],
    [1.5e12, '1.50万亿'],
  ])('compact(%d) is %s', (value, text) => expect(compact(value)).toBe(text));

  it.each([
    [1.818, '+1.82'],
    [-0.004, '0.00'],
    [-1.5, '-1.50'],
  ])('signed(%d) is %s', (value, text) => expect(signed(value)).toBe(text));

  it.each([
    ['2024-03-31', 1, '2024-02-29'],
    ['2024-01-15', 3, '2023-10-15'],
    ['2024-09-19', 12, '2023-09-19'],
  ])('%s less %d months is %s', (date, months, expected) =>
    expect(monthsBefore(date, months)).toBe(expected),
  );

  it('shows prices with two decimals and knows directions', () => {
    expect(price('9.3')).toBe('9.30');
    expect([direction(1), direction(-1), direction(0), direction(Number.NaN)]).toEqual([
      'up',
      'down',
      'flat',
      'flat',
    ]);
  });

  it('keeps an action it does not know', () => {
    expect([actionText('buy'), actionText('unheard')]).toEqual(['买入', 'unheard']);
  });

  it.each([
    [{ cashPerShare: 0.719, bonusPerShare: 0, conversionPerShare: 0, rightsPerShare: 0 }, '10派7.19元'],
    [
      { cashPerShare: 0.2, bonusPerShare: 0.3, conversionPerShare: 0.1, rightsPerShare: 0.15 },
      '10派2元 送3股 转1股 配1.5股',
    ],
    [{ cashPerShare: 0, bonusPerShare: 0, conversionPerShare: 0, rightsPerShare: 0 }, '除权除息'],
  ])('writes terms per ten shares: %j is %s', (terms, text) => expect(termsText(terms)).toBe(text));

  it.each([
    ['2026-03-05', '2026-03-05', ''],
    ['2026-03-04', '2026-03-05', '03-04 收盘'],
    ['2025-12-31', '2026-01-05', '2025-12-31 收盘'],
  ])('tells the day of a close of %s beside %s: %j', (date, shown, text) =>
    expect(otherDayText(date, shown)).toBe(text),
  );

  it('explains refusals in Chinese, also those it does not know', () => {
    expect(problemText({ kind: 'not-loaded', status: 404 }).title).toBe('尚未载入行情');
    expect(problemText({ kind: 'brand-new', status: 418 }).title).toBe('服务器返回 418');
  });
});

describe('what a refusal says', () => {
  it.each([
    [30, '请在 30 秒后再试。'],
    [89.2, '请在 90 秒后再试。'],
    [121, '请在 3 分钟后再试。'],
    [900, '请在 15 分钟后再试。'],
  ])('after %d s one may come again, never earlier', (retryAfterSeconds, advice) => {
    expect(problemText({ kind: 'too-many-requests', status: 429, retryAfterSeconds }).advice).toBe(advice);
  });

  it('says nothing of a time that it was not told', () => {
    expect(problemText({ kind: 'too-many-requests', status: 429 }).advice).toBe('请稍后再试。');
    expect(problemText({ kind: 'unavailable', status: 503, retryAfterSeconds: 5 }).advice).toContain(
      '稍后重试',
    );
  });
});
