import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';

/** IPv6 networks are given to customers by /64 and larger: within one, whoever has an address has all of them. */
const GROUP_BYTES = 8;

/** The address without zone, an IPv4-mapped one as IPv4; undefined where `text` is none (`1`, `0x7f.1` are none). */
function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  return isIP(text) === 0 ? undefined : ipaddr.process(text.split('%', 1)[0] ?? '');
}

/** The one way to write an address, so that equal ones are equal text; undefined where `text` is none. */
export function canonicalAddress(text: string): string | undefined {
  return parse(text)?.toString();
}

/** Who is counted as one: an IPv4 address, or the /64 of an IPv6 address. */
export function addressGroup(text: string): string {
  const address = parse(text);
  if (!(address instanceof ipaddr.IPv6)) return address?.toString() ?? text;
  const bytes = address.toByteArray().fill(0, GROUP_BYTES);
  return `${ipaddr.fromByteArray(bytes).toString()}/64`;
}

type Range = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, prefix: number];

function rangeOf(text: string): Range {
  const [address, prefix] = ipaddr.parseCIDR(
    text.includes('/') ? text : `${text}/${isIP(text) === 4 ? 32 : 128}`,
  );
  const isMapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && prefix >= 96;
  return isMapped ? [address.toIPv4Address(), prefix - 96] : [address, prefix];
}

/**
 * Whether an address lies in one of `ranges` (10.0.0.0/8, 2001:db8::/32, 192.0.2.1). What is no address lies in none.
 * @throws when a range is none; the configuration's schema has checked them
 */
export function rangeMatcher(ranges: readonly string[]): (address: string) => boolean {
  const parsed = ranges.map(rangeOf);
  return (text) => {
    const address = parse(text);
    return (
      address !== undefined &&
      parsed.some(([range, prefix]) => {
        if (address instanceof ipaddr.IPv4)
          return range instanceof ipaddr.IPv4 && address.match(range, prefix);
        return range instanceof ipaddr.IPv6 && address.match(range, prefix);
      })
    );
  };
}
