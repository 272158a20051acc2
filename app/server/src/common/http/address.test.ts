import { describe, expect, it } from 'vitest';
import { addressGroup, canonicalAddress, rangeMatcher } from './address.ts';

describe('canonicalAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:0201', '192.0.2.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    // What some libraries read as an address, and others as another one.
    ['1', undefined],
    ['0x7f.0.0.1', undefined],
    ['127.1', undefined],
    ['010.0.0.1', undefined],
    ['192.0.2.1:443', undefined],
    ['[2001:db8::1]', undefined],
    ['unknown', undefined],
    ['', undefined],
  ])('of %j is %j', (text, address) => expect(canonicalAddress(text)).toBe(address));
});

describe('addressGroup', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::', '2001:db8:1:3::/64'],
    ['::1', '::/64'],
  ])('of %s is %s', (address, group) => expect(addressGroup(address)).toBe(group));
});

describe('rangeMatcher', () => {
  const matches = rangeMatcher([
    '10.0.0.0/8',
    '192.0.2.1',
    '2001:db8::/32',
    '::ffff:172.16.0.0/108',
    'fd00::1',
  ]);

  it.each(['10.255.0.1', '::ffff:10.0.0.1', '192.0.2.1', '2001:db8:ffff::1', '172.31.0.1', 'fd00::1'])(
    'has %s',
    (address) => expect(matches(address)).toBe(true),
  );

  it.each(['11.0.0.1', '192.0.2.2', '2001:db9::1', '172.32.0.1', 'fd00::2', '::a00:1', '10', 'x', ''])(
    'has not %j',
    (address) => expect(matches(address)).toBe(false),
  );

  it('of no ranges has nobody', () => expect(rangeMatcher([])('127.0.0.1')).toBe(false));

  it('of everything has everybody of that family', () => {
    expect(rangeMatcher(['0.0.0.0/0'])('::ffff:1.2.3.4')).toBe(true);
    expect(rangeMatcher(['0.0.0.0/0'])('2001:db8::1')).toBe(false);
  });
});
