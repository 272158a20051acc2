/**
 * What a NetworkPolicy says, by an evaluation of its own after the documentation of the API: the local cluster has no
 * network plugin that would enforce one.
 */
import { BlockList, isIPv6 } from 'node:net';
import type { Labels } from '../../naming/index.ts';
import type { Manifest } from '../manifest.ts';
import type { EgressRule, IngressRule, Peer } from '../network-rules.ts';
import { testTarget } from './target.ts';

/** A pod, of the policy's own namespace where none is named, or whatever else has an address. */
export type End = { readonly labels: Labels; readonly namespace?: string } | { readonly address: string };

export interface PolicySpec {
  readonly podSelector: { readonly matchLabels: Labels };
  readonly policyTypes: readonly string[];
  readonly ingress: readonly IngressRule[];
  readonly egress: readonly EgressRule[];
}

/** As it goes over the wire. */
export function specOf(policy: Manifest): PolicySpec {
  const { spec }: { spec: PolicySpec } = JSON.parse(JSON.stringify(policy));
  return spec;
}

export function selects({ matchLabels = {} }: { readonly matchLabels?: Labels }, labels: Labels): boolean {
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
  if (ipBlock) return false;
  const own = testTarget().namespace;
  const namespace = end.namespace ?? own;
  // Without a selector of namespaces only pods of the policy's own count.
  const isThere = namespaceSelector
    ? selects(namespaceSelector, { 'kubernetes.io/metadata.name': namespace })
    : namespace === own;
  return isThere && selects(podSelector ?? {}, end.labels);
}

/** Whether one of the rules lets this through; an absent member lets everything of its sort through. */
function isAllowed(
  rules: readonly (IngressRule & EgressRule)[],
  end: End,
  port: number,
  protocol: string,
): boolean {
  return rules.some(({ from, to, ports }) => {
    const peers = from ?? to;
    const isFor = peers === undefined || peers.some((peer) => isPeer(peer, end));
    const isAt = ports?.some((one) => one.port === port && one.protocol === protocol) ?? true;
    return isFor && isAt;
  });
}

export const letsIn = ({ ingress }: PolicySpec, end: End, port: number, protocol = 'TCP'): boolean =>
  isAllowed(ingress, end, port, protocol);

export const letsOut = ({ egress }: PolicySpec, end: End, port: number, protocol = 'TCP'): boolean =>
  isAllowed(egress, end, port, protocol);
