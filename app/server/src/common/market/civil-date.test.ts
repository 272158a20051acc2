import { describe, expect, it } from 'vitest';
import { civilDateOfNumber, isCivilDate } from './civil-date.ts';

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
