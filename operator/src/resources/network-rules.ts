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

/** Of a service that is asked over both protocols. */
export const bothOf = (port: number): readonly Port[] => [udp(port), tcp(port)];

export const dnsPodPorts = (): readonly Port[] => DNS_POD_PORTS.flatMap(bothOf);

/** Every pod of every namespace. Nodes, and pods in the network of one, are not among them. */
export const ANY_POD: Peer = { namespaceSelector: {} };

export const podsOf = (matchLabels: Labels): Peer => ({ podSelector: { matchLabels } });
