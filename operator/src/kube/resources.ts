import type { ConfigMap, KubeObject, ObjectRef, Secret } from './types.ts';

/**
 * Where a kind lives in the REST API. Static, so no call costs a discovery round trip and no path is guessed from a
 * kind's name. `T` is the shape its objects have; it exists for the compiler only.
 */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly objectShape?: T;
}

function define<T extends KubeObject = KubeObject>(
  groupVersion: string,
  plural: string,
  kind: string,
  namespaced = true,
): ResourceType<T> {
  const slash = groupVersion.indexOf('/');
  const group = slash < 0 ? '' : groupVersion.slice(0, slash);
  return { group, version: groupVersion.slice(slash + 1), plural, kind, namespaced };
}

/** Built-in kinds. Add custom kinds beside the code that owns them. */
export const resources = {
  namespaces: define('v1', 'namespaces', 'Namespace', false),
  nodes: define('v1', 'nodes', 'Node', false),
  pods: define('v1', 'pods', 'Pod'),
  services: define('v1', 'services', 'Service'),
  serviceAccounts: define('v1', 'serviceaccounts', 'ServiceAccount'),
  secrets: define<Secret>('v1', 'secrets', 'Secret'),
  configMaps: define<ConfigMap>('v1', 'configmaps', 'ConfigMap'),
  persistentVolumeClaims: define('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
  resourceQuotas: define('v1', 'resourcequotas', 'ResourceQuota'),
  deployments: define('apps/v1', 'deployments', 'Deployment'),
  statefulSets: define('apps/v1', 'statefulsets', 'StatefulSet'),
  replicaSets: define('apps/v1', 'replicasets', 'ReplicaSet'),
  jobs: define('batch/v1', 'jobs', 'Job'),
  cronJobs: define('batch/v1', 'cronjobs', 'CronJob'),
  roles: define('rbac.authorization.k8s.io/v1', 'roles', 'Role'),
  roleBindings: define('rbac.authorization.k8s.io/v1', 'rolebindings', 'RoleBinding'),
  networkPolicies: define('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy'),
  ingresses: define('networking.k8s.io/v1', 'ingresses', 'Ingress'),
  podDisruptionBudgets: define('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget'),
  horizontalPodAutoscalers: define('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'),
  storageClasses: define('storage.k8s.io/v1', 'storageclasses', 'StorageClass', false),
  leases: define('coordination.k8s.io/v1', 'leases', 'Lease'),
  events: define('events.k8s.io/v1', 'events', 'Event'),
} as const;

export function apiVersionOf(type: ResourceType): string {
  return type.group ? `${type.group}/${type.version}` : type.version;
}

/** `deployments.apps`, `pods`: the name `kubectl` uses, for messages and metrics. */
export function resourceName(type: ResourceType): string {
  return type.group ? `${type.plural}.${type.group}` : type.plural;
}

/** Path of a collection, within a namespace when one is given. Segments are escaped and keep their case. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.group ? `/apis/${type.group}/${type.version}` : `/api/${type.version}`;
  if (!namespace) return `${root}/${type.plural}`;
  if (!type.namespaced)
    throw new Error(`${type.kind} is cluster-scoped, but namespace ${namespace} was given`);
  return `${root}/namespaces/${encodeURIComponent(namespace)}/${type.plural}`;
}

/** Path of one object or of its subresource. Throws when a namespaced object is named without its namespace. */
export function objectPath(type: ResourceType, ref: ObjectRef, subresource?: string): string {
  if (!ref.name) throw new Error(`a ${type.kind} was asked for without a name`);
  if (type.namespaced && !ref.namespace)
    throw new Error(`${type.kind} ${ref.name}: the namespace is missing`);
  const path = `${collectionPath(type, ref.namespace)}/${encodeURIComponent(ref.name)}`;
  return subresource ? `${path}/${subresource}` : path;
}
