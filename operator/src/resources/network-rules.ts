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
export const udp = (port: number): Port => ({ port, protocol: 'UDP' });

/** Every pod of every namespace. Nodes, and pods in the network of one, are not among them. */
export const ANY_POD: Peer = { namespaceSelector: {} };

export const podsOf = (matchLabels: Labels): Peer => ({ podSelector: { matchLabels } });
