import { expect, it } from 'vitest';
import { doubtsAbout } from './security-doubts.ts';
import { security } from './security-schema.ts';

it.each([
  ['proxies that are everybody', { trustedProxies: ['10.0.0.0/8', '0.0.0.0/0'] }, ['0.0.0.0/0']],
  [
    'proxies that are half of everybody',
    { trustedProxies: ['::/0', '128.0.0.0/1'] },
    ['::/0', '128.0.0.0/1'],
  ],
  ['a list without this machine', { allowedCIDRs: ['10.0.0.0/8'] }, ['127.0.0.1']],
  ['a list with it', { allowedCIDRs: ['10.0.0.0/8', '127.0.0.0/8'] }, []],
  ['an empty list, which is no list', { allowedCIDRs: [], trustedProxies: ['10.0.0.0/16'] }, []],
])('doubts %s', (_what, settings, named) => {
  expect(doubtsAbout(security.parse(settings))).toEqual(named.map((part) => expect.stringContaining(part)));
});
