import { capture } from '../lib/shell.ts';

/** Addresses of one local cluster; none of them lies in a network that the machine has a route to. */
export interface Addresses {
  readonly node: string;
  readonly podRange: string;
  readonly serviceRange: string;
  /** First address of the service range: the API server. */
  readonly apiService: string;
  /** Tenth address of the service range: DNS. */
  readonly dnsService: string;
}

// Documentation ranges come first for the node; a machine's own gateway may lie in one of them, so each is checked.
const NODE = ['198.51.100.1', '203.0.113.1', '10.213.0.1', '172.29.213.1'];
const PODS = ['10.244.0.0/16', '10.201.0.0/16', '172.28.0.0/16'];
const SERVICES = ['10.96.0.0/16', '10.202.0.0/16', '172.30.0.0/16'];

const toNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const toAddress = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

function bounds(range: string): readonly [number, number] {
  const [address = '', length = '32'] = range.split('/');
  const size = 2 ** (32 - Number(length));
  const first = Math.floor(toNumber(address) / size) * size;
  return [first, first + size - 1];
}

export function overlap(a: string, b: string): boolean {
  const [aFirst, aLast] = bounds(a);
  const [bFirst, bLast] = bounds(b);
  return aFirst <= bLast && bFirst <= aLast;
}

function pick(what: string, candidates: readonly string[], taken: readonly string[]): string {
  const free = candidates.find((candidate) => !taken.some((range) => overlap(candidate, range)));
  if (free) return free;
  throw new Error(
    `no free ${what} among ${candidates.join(', ')}: each overlaps one of the machine's routes (${taken.join(', ')})`,
  );
}

/** Picks ranges that overlap none of `taken` (IPv4 addresses or CIDRs in use on this machine). */
export function chooseAddresses(taken: readonly string[]): Addresses {
  const node = pick('node address', NODE, taken);
  const podRange = pick('pod range', PODS, taken);
  const serviceRange = pick('service range', SERVICES, taken);
  const [first] = bounds(serviceRange);
  return {
    node,
    podRange,
    serviceRange,
    apiService: toAddress(first + 1),
    dnsService: toAddress(first + 10),
  };
}

/** IPv4 networks and addresses that the machine uses now; the default route is not a network. */
export async function takenAddresses(): Promise<string[]> {
  const routes = JSON.parse(await capture('ip', ['-4', '-j', 'route', 'show', 'table', 'all'])) as {
    dst: string;
    gateway?: string;
  }[];
  return routes.flatMap(({ dst, gateway }) => [dst, gateway ?? '']).filter((one) => /^\d+\./.test(one));
}
