/**
 * What the policy says, by an evaluation of its own after the documentation of the API: the local cluster has no network
 * plugin that would enforce it.
 */
import { BlockList, isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { labelsOf, type Labels } from '../naming/index.ts';
import { aktoolsNetworkPolicy } from './index.ts';
import { testTarget } from './testing/target.ts';

interface Selector {
  readonly matchLabels?: Labels;
}
interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports: readonly { readonly port: number; readonly protocol: string }[];
}
interface Policy {
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly string[];
    readonly ingress: readonly Rule[];
    readonly egress: readonly Rule[];
  };
}
/** A pod of a namespace, or whatever else has an address. */
type End = { readonly labels: Labels; readonly isElsewhere?: boolean } | { readonly address: string };

const { spec }: Policy = JSON.parse(JSON.stringify(aktoolsNetworkPolicy(testTarget())));

function selects({ matchLabels = {} }: Selector, labels: Labels): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

function isWithin(cidr: string, address: string): boolean {
  const [network = '', prefix] = cidr.split('/');
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  if (isIPv6(address) !== (family === 'ipv6')) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family);
  return list.check(address, family);
}

function isPeer({ podSelector, namespaceSelector, ipBlock }: Peer, end: End): boolean {
  if ('address' in end) {
    if (!ipBlock) return false;
    const { cidr, except = [] } = ipBlock;
    return isWithin(cidr, end.address) && !except.some((one) => isWithin(one, end.address));
  }
  // Without a selector of namespaces only pods of the policy's own count; an empty one takes all.
  if (ipBlock || (end.isElsewhere === true && !namespaceSelector)) return false;
  return selects(podSelector ?? {}, end.labels);
}

function isAllowed(rules: readonly Rule[], end: End, port: number, protocol = 'TCP'): boolean {
  return rules.some(
    ({ from, to, ports }) =>
      (from ?? to ?? []).some((peer) => isPeer(peer, end)) &&
      ports.some((one) => one.port === port && one.protocol === protocol),
  );
}

const pod = (instance: string, component: 'server' | 'worker' | 'aktools' | 'postgres'): End => ({
  labels: labelsOf(instance, component),
});

describe('the network policy of AKTools', () => {
  it('holds for its pods alone, in both directions', () => {
    expect(selects(spec.podSelector, labelsOf('demo', 'aktools'))).toBe(true);
    expect(selects(spec.podSelector, labelsOf('demo', 'worker'))).toBe(false);
    expect(selects(spec.podSelector, labelsOf('other', 'aktools'))).toBe(false);
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
  });

  it.each<[string, End, number, boolean]>([
    ['a worker', pod('demo', 'worker'), 8080, true],
    ['a worker, on another port', pod('demo', 'worker'), 8081, false],
    ['a server', pod('demo', 'server'), 8080, false],
    ['the database', pod('demo', 'postgres'), 8080, false],
    ['a worker of another object', pod('other', 'worker'), 8080, false],
    [
      'a worker of this name in another namespace',
      { labels: labelsOf('demo', 'worker'), isElsewhere: true },
      8080,
      false,
    ],
    ['a node', { address: '10.0.0.7' }, 8080, false],
    ['the Internet', { address: '8.8.8.8' }, 8080, false],
  ])('lets %s in: %o on port %i is %s', (_, end, port, expected) => {
    expect(isAllowed(spec.ingress, end, port)).toBe(expected);
  });

  it.each<[string, string, number, boolean]>([
    ['a public source', '61.152.230.207', 443, true],
    ['a public source without TLS', '61.152.230.207', 80, true],
    ['a public source over IPv6', '2408:8706:0:1::1', 443, true],
    ['SSH outside', '61.152.230.207', 22, false],
    ['a private address', '10.1.2.3', 443, false],
    ['a private address', '172.31.255.255', 443, false],
    ['a private address', '192.168.1.1', 80, false],
    ['shared address space', '100.100.100.200', 80, false],
    ['the metadata service', '169.254.169.254', 80, false],
    ['itself, where somebody else listens too', '127.0.0.1', 80, false],
    ['multicast', '224.0.0.1', 80, false],
    ['a unique local address', 'fd00::1', 443, false],
    ['a link-local address', 'fe80::1', 443, false],
    ['IPv4 in 6to4', '2002:a00:1::1', 443, false],
    ['IPv4 in IPv6', '::ffff:10.0.0.1', 443, false],
  ])('lets it out to %s: %s on port %i is %s', (_, address, port, expected) => {
    expect(isAllowed(spec.egress, { address }, port)).toBe(expected);
  });

  it('lets it ask for names, and no pod for anything else', () => {
    const dns: End = { labels: { 'k8s-app': 'kube-dns' }, isElsewhere: true };
    for (const protocol of ['UDP', 'TCP']) {
      expect(isAllowed(spec.egress, dns, 53, protocol)).toBe(true);
      expect(isAllowed(spec.egress, { address: '169.254.20.10' }, 53, protocol)).toBe(true);
    }
    expect(isAllowed(spec.egress, { address: '8.8.8.8' }, 53, 'UDP')).toBe(false);
    for (const port of [80, 443, 5432, 6443, 8080]) {
      expect(isAllowed(spec.egress, pod('demo', 'postgres'), port)).toBe(false);
      expect(isAllowed(spec.egress, dns, port)).toBe(false);
    }
  });
});
