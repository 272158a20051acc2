import type { StockAnalysis } from '../../api/index.ts';
import { GROUP, KIND, PLURAL, VERSION } from '../../naming/index.ts';
import {
  resources,
  type Cache,
  type Client,
  type Clock,
  type KubeObject,
  type Log,
  type OptionalState,
  type Random,
  type ResourceType,
} from '../../kube/index.ts';
import { PROMETHEUS_OPERATOR } from '../../resources/index.ts';
import type { ExternalSecrets } from './external-secrets.ts';
import type { KnownManifests } from './known-manifests.ts';
import type { Leftovers } from './leftovers.ts';
import type { ObjectMetrics } from './object-metrics.ts';
import type { EventRecorder } from '../../runtime/index.ts';
import type {
  ImageDefaults,
  LiveClaim,
  LiveDeployment,
  LiveEvent,
  LiveJob,
  LivePod,
  LiveStatefulSet,
} from '../../policies/index.ts';

export const stockAnalyses: ResourceType<StockAnalysis> = {
  group: GROUP,
  version: VERSION,
  plural: PLURAL,
  kind: KIND,
  namespaced: true,
};

/** Events as their writers store them: the volume binder and most controllers still use the core group. */
export const coreEvents: ResourceType<LiveEvent & KubeObject> = {
  group: '',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
};

/** The same place in the API with the shape that our policies read. */
function shaped<T extends KubeObject>(type: ResourceType): ResourceType<T> {
  const { group, version, plural, kind, namespaced } = type;
  return { group, version, plural, kind, namespaced };
}

export type Claim = LiveClaim & KubeObject;
export type Job = LiveJob & KubeObject;

/** Kinds of children, typed by what is read of them. */
export const kinds = {
  secrets: resources.secrets,
  configMaps: resources.configMaps,
  serviceAccounts: resources.serviceAccounts,
  services: resources.services,
  networkPolicies: resources.networkPolicies,
  podDisruptionBudgets: resources.podDisruptionBudgets,
  claims: shaped<Claim>(resources.persistentVolumeClaims),
  statefulSets: shaped<LiveStatefulSet & KubeObject>(resources.statefulSets),
  deployments: shaped<LiveDeployment & KubeObject>(resources.deployments),
  jobs: shaped<Job>(resources.jobs),
} as const;

/** Pods are watched and never written. */
export const pods = shaped<LivePod & KubeObject>(resources.pods);

const ofPrometheusOperator = (plural: string, kind: string): ResourceType => {
  const [group = '', version = ''] = PROMETHEUS_OPERATOR.split('/');
  return { group, version, plural, kind, namespaced: true };
};

/** Kinds that a cluster may not serve; they are watched while it does. */
export const monitoringKinds = {
  prometheusRules: ofPrometheusOperator('prometheusrules', 'PrometheusRule'),
  podMonitors: ofPrometheusOperator('podmonitors', 'PodMonitor'),
} as const;

/** Kinds of children that the operator writes; all are watched by our label. */
export const CHILD_TYPES: readonly ResourceType[] = Object.values(kinds);

/** What a reconcile needs from outside; everything that is not a pure function of its input is here. */
export interface Dependencies {
  readonly client: Client;
  readonly cache: Cache;
  readonly recorder: EventRecorder;
  readonly images: ImageDefaults;
  /** Where this operator runs. */
  readonly operatorNamespace: string;
  /** The installed CRD; `isOutdated`: another one than ours. */
  readonly crd: { readonly isOutdated: boolean };
  /** Whether the cluster serves `monitoringKinds`. */
  readonly prometheusOperator: { readonly state: OptionalState };
  readonly leftovers: Leftovers;
  readonly externalSecrets: ExternalSecrets;
  readonly objectMetrics: ObjectMetrics;
  readonly knownManifests: KnownManifests;
  readonly clock: Clock;
  readonly random: Random;
  /** `host:port` to dial instead of the Service of PostgreSQL, for an operator outside of the cluster network. */
  readonly postgresDialAddress?: string | undefined;
}

/** What one visit carries along. */
export interface Visit {
  readonly signal: AbortSignal;
  readonly log: Log;
  assertLeader(): void;
}
