import { describe, expect, it } from 'vitest';
import { addDays, civilDateOfNumber, isCivilDate, isoWeekday } from './civil-date.ts';

describe('isCivilDate', () => {
  it.each(['2024-02-29', '1990-12-19', '2000-02-29'])('accepts %s', (text) => {
    expect(isCivilDate(text)).toBe(true);
  });

  it.each([
    '2023-02-29',
    '2100-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-01-32',
    '2024-1-2',
    '20240102',
    '2024-01-02T00:00:00Z',
    ' 2024-01-02',
    '1899-12-31',
    '',
  ])('refuses %j', (text) => {
    expect(isCivilDate(text)).toBe(false);
  });
});

describe('civilDateOfNumber', () => {
  it('reads YYYYMMDD', () => {
    expect(civilDateOfNumber(19910403)).toBe('1991-04-03');
  });

  it.each([19910431, 1991043, 0, -19910403, 19910403.5, Number.NaN])('refuses %d', (value) => {
    expect(civilDateOfNumber(value)).toBeUndefined();
  });
});

describe('arithmetic', () => {
  it.each([
    ['2024-02-28', 1, '2024-02-29'],
    ['2024-03-01', -1, '2024-02-29'],
    ['1999-12-31', 1, '2000-01-01'],
    // Shanghai had summer time until 1991-09-15; a civil date has none.
    ['1991-04-13', 2, '1991-04-15'],
  ])('%s and %d days are %s', (date, days, result) => {
    expect(addDays(date, days)).toBe(result);
  });

  it.each([
    ['2024-09-16', 1],
    ['2024-09-20', 5],
    ['2024-09-21', 6],
    ['2024-09-22', 7],
  ])('%s is day %d of its week', (date, weekday) => {
    expect(isoWeekday(date)).toBe(weekday);
  });

  it('refuses what is no date', () => {
    expect(() => addDays('2024-02-30', 1)).toThrow('"2024-02-30" is no civil date');
    expect(() => isoWeekday('20240229')).toThrow(RangeError);
  });
});
