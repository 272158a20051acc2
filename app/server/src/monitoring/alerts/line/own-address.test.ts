import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { ownAddress } from './own-address.ts';

const info = (address: string, internal = false): NetworkInterfaceInfo => {
  const base = { address, netmask: '', mac: '', internal, cidr: null };
  return address.includes(':') ? { ...base, family: 'IPv6', scopeid: 0 } : { ...base, family: 'IPv4' };
};
const INTERFACES = {
  lo: [info('127.0.0.1', true), info('::1', true)],
  eth0: [info('fe80::1'), info('fd00::7'), info('10.1.2.3')],
};
const addressOf = (host: string, podAddress: string | undefined, port = 9090, interfaces = {}) =>
  ownAddress({ host, podAddress, port: 8080, managementPort: 9090 }, port, interfaces);

describe('where other workers reach this one', () => {
  it.each<[string, string, string | undefined, Record<string, NetworkInterfaceInfo[]>, string]>([
    ['in a pod at its address', '0.0.0.0', '10.9.8.7', INTERFACES, 'http://10.9.8.7:9090'],
    ['in a pod of IPv6', '::', 'fd00::9', INTERFACES, 'http://[fd00::9]:9090'],
    ['where it listens at one address, there', '127.0.0.1', '10.9.8.7', INTERFACES, 'http://127.0.0.1:9090'],
    ['elsewhere at that of the machine', '0.0.0.0', undefined, INTERFACES, 'http://10.1.2.3:9090'],
    [
      'of IPv6 alone, but none of the link',
      '::',
      undefined,
      { eth0: [info('fe80::1'), info('fd00::7')] },
      'http://[fd00::7]:9090',
    ],
    ['without a network at itself', '0.0.0.0', undefined, {}, 'http://127.0.0.1:9090'],
  ])('is %s', (_, host, pod, interfaces, expected) => {
    expect(addressOf(host, pod, 9090, interfaces)).toBe(expected);
  });

  it('is nowhere before it listens', () => {
    expect(addressOf('0.0.0.0', '10.9.8.7', 0)).toBeUndefined();
  });
});
