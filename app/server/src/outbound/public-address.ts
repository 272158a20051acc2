import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * What the IANA registry of special-purpose addresses calls not globally reachable, multicast and reserved. The network
 * policy of AKTools has the same list, and a test that compares them.
 * @internal
 */
export const NOT_PUBLIC_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  // Azure answers there for its metadata and agents, on every machine and from no other.
  '168.63.129.16/32',
] as const;

/**
 * All that is routed; loopback, unique local, link local, multicast and what nobody has been given lie outside.
 * @internal
 */
export const GLOBAL_IPV6 = ['2000::/3'] as const;
/**
 * Special purposes within it; 6to4 and Teredo (2001::/32) wrap addresses of IPv4 and have no use any more.
 * @internal
 */
export const NOT_PUBLIC_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const;

function listOf(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

const notPublic4 = listOf(NOT_PUBLIC_IPV4, 'ipv4');
const global6 = listOf(GLOBAL_IPV6, 'ipv6');
const notPublic6 = listOf(NOT_PUBLIC_IPV6, 'ipv6');
/** ::ffff:0:0/96, IPv4 on a socket of IPv6, and 64:ff9b::/96, IPv4 behind NAT64: the last 32 bits are what is reached. */
const wrapping = listOf(['::ffff:0:0/96', '64:ff9b::/96'], 'ipv6');

/** The last 32 bits of an IPv6 address, written as IPv4. */
function lastBits(address: string): string {
  const dotted = /(\d+\.){3}\d+$/.exec(address);
  if (dotted !== null) return dotted[0];
  const groups = address.split(':').slice(-2);
  const [high = 0, low = 0] = groups.map((group) => Number.parseInt(group || '0', 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/**
 * Whether an address, as a resolver gives it, is one of the public Internet. What is not understood is not: an IPv6
 * address with a zone has one because it is local.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !notPublic4.check(address);
  if (!isIPv6(address) || address.includes('%')) return false;
  if (wrapping.check(address, 'ipv6')) return isPublicAddress(lastBits(address));
  return global6.check(address, 'ipv6') && !notPublic6.check(address, 'ipv6');
}
