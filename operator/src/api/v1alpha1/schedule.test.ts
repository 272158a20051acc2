import { describe, expect, it } from 'vitest';
import { CRON_PATTERN, isTimeZone, namesTwice, neverOccurs } from './schedule.ts';

const isCron = (text: string): boolean => new RegExp(CRON_PATTERN).test(text);

describe('CRON_PATTERN', () => {
  it.each([
    '30 16 * * 1-5',
    '*/15 9-15 * * MON-FRI',
    '0 0,12 1,15 1-12/3 *',
    '59 23 31 12 7',
    '0 16 29 FEB *',
    '0-30/5,45 * * JAN,JUN-AUG SUN',
  ])('takes %s', (text) => {
    expect(isCron(text)).toBe(true);
    expect(neverOccurs(text)).toBe(false);
  });

  it.each([
    ['', 'nothing'],
    ['* * * *', 'four fields'],
    ['0 30 16 * * 1-5', 'six fields'],
    ['60 * * * *', 'a minute of 60'],
    ['0 24 * * *', 'an hour of 24'],
    ['0 0 0 * *', 'a day of 0'],
    ['0 0 32 * *', 'a day of 32'],
    ['0 0 * 13 *', 'a month of 13'],
    ['0 0 * 0 *', 'a month of 0'],
    ['0 0 * * 8', 'a weekday of 8'],
    ['0 0 * * mon', 'a name in lower case'],
    ['0 0 * * MON#1', 'what only some schedulers know'],
    ['0 0 L * *', 'what only some schedulers know'],
    ['*/0 * * * *', 'a step of 0'],
    ['5/10 * * * *', 'a step without a range'],
    ['@daily', 'a nickname'],
    ['0  16 * * *', 'two blanks'],
    ['0 16 * * *\n', 'a line break'],
  ])('refuses %j: %s', (text) => {
    expect(isCron(text)).toBe(false);
  });
});

describe('neverOccurs', () => {
  it.each(['30-10 * * * *', '0 0 * * FRI-MON', '0 0 30 2 *', '0 0 31 4,6,9,11 *', '0 0 30-31 FEB *'])(
    'knows that %s does not',
    (text) => {
      expect(isCron(text)).toBe(true);
      expect(neverOccurs(text)).toBe(true);
    },
  );

  it.each(['0 0 29 2 *', '0 0 31 4,5 *', '0 0 28-31 2 *'])('knows that %s does', (text) => {
    expect(neverOccurs(text)).toBe(false);
  });
});

describe('namesTwice', () => {
  it.each([
    '0 8 * * MON,1',
    '0 8 * * 0,7',
    '0 *,5 * * *',
    '*/30,0 8 * * *',
    '0 8 1-5,3-7 * *',
    '0 8 * * 5-7,SUN',
  ])('knows that %s does', (text) => {
    expect(isCron(text)).toBe(true);
    expect(namesTwice(text)).toBe(true);
  });

  it.each(['0 8 * * 1-5', '0 8 * * 0-7', '*/7 8-17/3,7 1,15 JAN,MAR SUN,MON', '5-10/99,11 8 * * *'])(
    'knows that %s does not',
    (text) => {
      expect(namesTwice(text)).toBe(false);
    },
  );
});

describe('isTimeZone', () => {
  it('knows the names of the database and no others', () => {
    expect(['Asia/Shanghai', 'UTC', 'Europe/Berlin'].every(isTimeZone)).toBe(true);
    expect(['Asia/Peking', 'Mars/Olympus', ''].some(isTimeZone)).toBe(false);
  });
});
