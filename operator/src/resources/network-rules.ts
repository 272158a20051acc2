/** Words that the network policies are made of. */
import type { Labels } from '../naming/index.ts';

interface Port {
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** Pods of the policy's own namespace where no namespace is selected; an empty selector takes all. */
export interface Peer {
  readonly podSelector?: { readonly matchLabels: Labels };
  readonly namespaceSelector?: { readonly matchLabels?: Labels };
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

/** Without ports all of them, without `from` (`to`) everybody (everywhere). */
export interface IngressRule {
  readonly from?: readonly Peer[];
  readonly ports?: readonly Port[];
}
export interface EgressRule {
  readonly to?: readonly Peer[];
  readonly ports?: readonly Port[];
}

export const tcp = (port: number): Port => ({ port, protocol: 'TCP' });
const udp = (port: number): Port => ({ port, protocol: 'UDP' });

/**
 * Where pods of DNS listen behind their Service, whose port no policy sees: 53 mostly, and where they may not use that
 * 1053 (the local cluster, Giant Swarm), 5353 (OpenShift) or 8053 (Gardener).
 */
const DNS_POD_PORTS = [53, 1053, 5353, 8053] as const;

/** Addresses at which some clusters answer for DNS outside of any pod: a cache on the node, the cloud's resolver. */
const LINK_LOCAL = '169.254.0.0/16';

/** Every pod of every namespace. Nodes, and pods in the network of one, are not among them. */
export const ANY_POD: Peer = { namespaceSelector: {} };

/**
 * Names, of whoever answers for them in this cluster: pods have one label here and another one there. Not of any address:
 * DNS to one's own server is the way out of those who may not take another.
 */
export const DNS: EgressRule = {
  to: [ANY_POD, { ipBlock: { cidr: LINK_LOCAL } }],
  ports: DNS_POD_PORTS.flatMap((port) => [udp(port), tcp(port)]),
};

export const podsOf = (matchLabels: Labels): Peer => ({ podSelector: { matchLabels } });
