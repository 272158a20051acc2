import { managedAKTools } from '../api/index.ts';
import {
  LABEL,
  OPERATOR_LABELS,
  PORT,
  migrateName,
  postgresName,
  selectorOf,
  serverName,
  workerName,
  type Component,
} from '../naming/index.ts';
import { MANAGE, ownedMetadata, type Manifest, type RbacRule, type Target } from './manifest.ts';
import { ANY_POD, DNS, podsOf, tcp, type EgressRule, type IngressRule } from './network-rules.ts';

export const NETWORK_POLICY_RULES: readonly RbacRule[] = [
  {
    apiGroups: ['networking.k8s.io'],
    resources: ['networkpolicies'],
    verbs: MANAGE,
    why: 'each part talks to those that it needs, and AKTools to nobody in the cluster',
  },
];

/** Health with details and metrics: for a Prometheus in any namespace. Probes come from the node, which no policy keeps out. */
const MANAGEMENT: IngressRule = { from: [ANY_POD], ports: [tcp(PORT.management)] };

interface Traffic {
  readonly ingress: readonly IngressRule[];
  readonly egress: readonly EgressRule[];
}

/** An empty list is written and means nobody: were it left out, a rule that somebody else put there would stay. */
function networkPolicy(target: Target, name: string, component: Component, traffic: Traffic): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: ownedMetadata(target, name, component),
    spec: {
      podSelector: { matchLabels: selectorOf(target.name, component) },
      policyTypes: ['Ingress', 'Egress'],
      ...traffic,
    },
  };
}

/**
 * The way out of what uses the database and `others`. Of somebody else's database and AKTools only a name is known, which
 * no policy can hold, or an address in a Secret that may change at any time: then it is open.
 */
function egress({ name, spec }: Target, isOpen: boolean, others: readonly EgressRule[] = []): EgressRule[] {
  if (isOpen || spec.database.mode === 'External') return [{}];
  const database = { to: [podsOf(selectorOf(name, 'postgres'))], ports: [tcp(PORT.postgres)] };
  return [DNS, database, ...others];
}

/** PostgreSQL is asked by the application of this object and by its operator, and asks nobody; backups will. */
export function postgresNetworkPolicy(target: Target): Manifest {
  const { name, operatorNamespace } = target;
  const clients = (['server', 'worker', 'migrate'] as const).map((one) => podsOf(selectorOf(name, one)));
  const operator = {
    // The name that the API server itself gives to a namespace: other tenants can copy the labels of pods, not this.
    namespaceSelector: { matchLabels: { [LABEL.namespaceName]: operatorNamespace } },
    podSelector: { matchLabels: OPERATOR_LABELS },
  };
  return networkPolicy(target, postgresName(name), 'postgres', {
    ingress: [{ from: [...clients, operator], ports: [tcp(PORT.postgres)] }],
    egress: [],
  });
}

export function migrateNetworkPolicy(target: Target): Manifest {
  return networkPolicy(target, migrateName(target.name), 'migrate', {
    ingress: [],
    egress: egress(target, false),
  });
}

/**
 * Who may reach the page is for its Service and what stands in front of it to say, and with `externalTrafficPolicy: Local`
 * users come with addresses of their own. A server reads PostgreSQL and sends traces where that is asked for; what it will
 * call beside that (`ai.baseURL`, webhooks) opens its way out here.
 * @param ports TCP ports of elsewhere, see {@link workerNetworkPolicy}
 */
export function serverNetworkPolicy(target: Target, ports: readonly number[] = []): Manifest {
  return networkPolicy(target, serverName(target.name), 'server', {
    ingress: [{ ports: [tcp(PORT.http)] }, MANAGEMENT],
    egress: egress(target, false, elsewhere(ports)),
  });
}

/** A way out to some ports of everywhere; an empty rule would open all of them. */
const elsewhere = (ports: readonly number[]): EgressRule[] =>
  ports.length > 0 ? [{ ports: ports.map(tcp) }] : [];

/**
 * Mail, webhooks and traces go to hosts of which no policy can hold the name, and whose addresses change: their ports are open to
 * everywhere, and nothing else is.
 * @param ports TCP ports that notifications and traces are sent to
 */
export function workerNetworkPolicy(target: Target, ports: readonly number[] = []): Manifest {
  const { name, spec } = target;
  const isManaged = managedAKTools(spec.marketData) !== undefined;
  const isElsewhere = spec.marketData.provider === 'AKTools' && !isManaged;
  // While the database is silent they ask each other who tells of it; however many there are, so that one more changes no rule.
  const workers = { to: [podsOf(selectorOf(name, 'worker'))], ports: [tcp(PORT.management)] };
  const aktools = { to: [podsOf(selectorOf(name, 'aktools'))], ports: [tcp(PORT.aktools)] };
  return networkPolicy(target, workerName(name), 'worker', {
    ingress: [MANAGEMENT],
    egress: egress(target, isElsewhere, [workers, ...(isManaged ? [aktools] : []), ...elsewhere(ports)]),
  });
}
