import { describe, expect, it } from 'vitest';
import { labelsOf } from '../naming/index.ts';
import { aktoolsNetworkPolicy } from './index.ts';
import { letsIn, letsOut, selects, specOf, type End } from './testing/policy-evaluation.ts';
import { testTarget } from './testing/target.ts';

const spec = specOf(aktoolsNetworkPolicy(testTarget()));

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
      { labels: labelsOf('demo', 'worker'), namespace: 'kube-system' },
      8080,
      false,
    ],
    ['a node', { address: '10.0.0.7' }, 8080, false],
    ['the Internet', { address: '8.8.8.8' }, 8080, false],
  ])('lets %s in: %o on port %i is %s', (_, end, port, expected) => {
    expect(letsIn(spec, end, port)).toBe(expected);
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
    expect(letsOut(spec, { address }, port)).toBe(expected);
  });

  it('lets it ask for names, and no pod for anything else', () => {
    const dns: End = { labels: { 'k8s-app': 'kube-dns' }, namespace: 'kube-system' };
    for (const protocol of ['UDP', 'TCP']) {
      for (const port of [53, 1053, 5353, 8053]) expect(letsOut(spec, dns, port, protocol)).toBe(true);
      expect(letsOut(spec, { address: '169.254.20.10' }, 53, protocol)).toBe(true);
    }
    expect(letsOut(spec, { address: '8.8.8.8' }, 53, 'UDP')).toBe(false);
    for (const port of [80, 443, 5432, 6443, 8080]) {
      expect(letsOut(spec, pod('demo', 'postgres'), port)).toBe(false);
      expect(letsOut(spec, dns, port)).toBe(false);
    }
  });
});
