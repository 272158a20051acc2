import { PORT, aktoolsName, selectorOf } from '../naming/index.ts';
import { ownedMetadata, type Manifest, type Target } from './manifest.ts';
import { DNS, podsOf, tcp } from './network-rules.ts';

/**
 * What is not the public Internet: every IPv4 block that the IANA special-purpose registry calls not globally reachable,
 * and multicast. Pods, Services, nodes and metadata services are in one of them unless a cluster uses public addresses.
 * The application's client judges by the same list (test/contract/public-addresses.unit.test.ts).
 */
const NOT_PUBLIC_IPV4 = [
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

/** Global unicast is 2000::/3; of it the special-purpose blocks, and 6to4, which wraps IPv4 addresses. */
const NOT_PUBLIC_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const;

/**
 * Who may talk to AKTools and to whom it may talk. Whoever may send it a query may run Python there, so it must be of no
 * use to anybody: only workers of this object come in, and out it goes to the Web and to DNS, nowhere inside the cluster.
 */
export function aktoolsNetworkPolicy(target: Target): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: ownedMetadata(target, aktoolsName(target.name), 'aktools'),
    spec: {
      podSelector: { matchLabels: selectorOf(target.name, 'aktools') },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [podsOf(selectorOf(target.name, 'worker'))],
          ports: [tcp(PORT.aktools)],
        },
      ],
      egress: [
        DNS,
        {
          to: [
            { ipBlock: { cidr: '0.0.0.0/0', except: [...NOT_PUBLIC_IPV4] } },
            { ipBlock: { cidr: '2000::/3', except: [...NOT_PUBLIC_IPV6] } },
          ],
          ports: [tcp(80), tcp(443)],
        },
      ],
    },
  };
}
