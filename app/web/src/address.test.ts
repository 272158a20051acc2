import { describe, expect, it } from 'vitest';
import { readAddress, readPlace, searchText, writeAddress } from './address.ts';

const PLAIN = { symbol: '600000.SH', period: 'daily', adjust: undefined, range: undefined } as const;

describe('searchText', () => {
  it.each([
    ['sh600000', '600000.SH'],
    ['SZ.000001', '000001.SZ'],
    ['bj920000', '920000.BJ'],
    ['sh6000', '6000'],
    [' 600000.sh ', '600000.sh'],
    ['ｓｈ６０００００', '600000.SH'],
    ['shgf', 'shgf'],
    ['浦发', '浦发'],
  ])('%s is asked for as %s', (typed, text) => expect(searchText(typed)).toBe(text));
});

describe('the address', () => {
  it.each([
    ['?symbol=600000.SH', PLAIN],
    ['?symbol=600000.sh', PLAIN],
    ['?symbol=sh600000', PLAIN],
    ['', { ...PLAIN, symbol: '000001.SZ' }],
    ['?symbol=', { ...PLAIN, symbol: '000001.SZ' }],
    [
      '?symbol=600000.SH&period=weekly&adjust=hfq&range=3y',
      { ...PLAIN, period: 'weekly', adjust: 'hfq', range: '3y' },
    ],
    ['?symbol=600000.SH&period=hourly&adjust=x&range=toString', PLAIN],
  ])('%s is read', (search, address) => expect(readAddress(search)).toEqual(address));

  it.each([
    [PLAIN, '?symbol=600000.SH'],
    [
      { ...PLAIN, period: 'monthly', adjust: 'none', range: 'all' },
      '?symbol=600000.SH&period=monthly&adjust=none&range=all',
    ],
  ] as const)('%j is written, and read as the same', (address, search) => {
    expect(writeAddress(address)).toBe(search);
    expect(readAddress(search)).toEqual(address);
  });
});

describe('readPlace', () => {
  it.each([
    ['#account', 'account'],
    ['#users', 'users'],
    ['#audit', 'audit'],
    ['', 'chart'],
    ['#', 'chart'],
    ['#elsewhere', 'chart'],
    ['#chart', 'chart'],
  ])('%j is %s', (hash, place) => expect(readPlace(hash)).toBe(place));
});
