import { ApiError, resourceName, type Client, type ResourceType } from '../../kube/index.ts';
import {
  GROUP,
  KIND,
  OPERATOR_LABELS,
  PLURAL,
  VERSION,
  formatSelector,
  instanceSelector,
} from '../../naming/index.ts';
import { Problem } from '../problem.ts';
import type { LogsOptions } from './options.ts';
import { PODS, type Pod } from './pods.ts';

const OBJECTS: ResourceType = {
  group: GROUP,
  version: VERSION,
  plural: PLURAL,
  kind: KIND,
  namespaced: true,
};

/** Where pods are looked for: those of the object, and those of the operator. */
export interface PodScope {
  /** Empty: everywhere. */
  readonly namespace: string;
  readonly labelSelector: string;
}

/** What a Role lacks, as its author writes it. */
export function missingRight(verbs: string, resource: string, namespace: string, group = ''): string {
  const where = namespace === '' ? 'in all namespaces' : `in namespace ${namespace}`;
  return `you may not ${verbs} ${resource} ${where}: a Role needs {apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verbs}"]}`;
}

/** @throws Problem where there is none of that name. Who may not look goes on: the pods will tell. */
export async function findObject(
  client: Client,
  { name }: LogsOptions,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (await client.get(OBJECTS, { namespace, name }, signal)) return;
  } catch (error) {
    if (error instanceof ApiError && error.isForbidden) return;
    throw error;
  }
  throw new Problem(
    `There is no StockAnalysis ${name} in namespace ${namespace}.${await others(client, namespace, signal)}`,
  );
}

async function others(client: Client, namespace: string, signal: AbortSignal): Promise<string> {
  try {
    const { items } = await client.list(OBJECTS, { namespace }, signal);
    const names = items.map(({ metadata }) => metadata.name).toSorted();
    if (names.length > 0) return ` There are: ${names.join(', ')}.`;
    return ' There is none at all; -n names another namespace.';
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.isForbidden)
      return ` Which there are nobody can say: ${missingRight('list', PLURAL, namespace, GROUP)}.`;
    return error.isNotFound
      ? ` The cluster does not know ${resourceName(OBJECTS)}: is the operator installed?`
      : '';
  }
}

/** All pods of the object but the operator's. */
export const objectScope = (name: string, namespace: string): PodScope => ({
  namespace,
  labelSelector: instanceSelector(name),
});

const OPERATOR_SELECTOR = formatSelector(OPERATOR_LABELS);

/**
 * Where the operator's pods are: where it was said, else in the namespace of the object, else in every one where there are
 * any. Several operators may share a cluster, and nothing on the object says whose it is: each is read, and its lines about
 * other objects are left out as always. A reason where nobody finds one.
 */
export async function operatorScopes(
  client: Client,
  { operatorNamespace }: LogsOptions,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly PodScope[] | string> {
  const scope = (where: string): PodScope => ({ namespace: where, labelSelector: OPERATOR_SELECTOR });
  if (operatorNamespace !== undefined) return [scope(operatorNamespace)];
  try {
    if ((await client.list(PODS, scope(namespace), signal)).items.length > 0) return [scope(namespace)];
    const everywhere = await client.list(
      PODS,
      { labelSelector: OPERATOR_SELECTOR, metadataOnly: true },
      signal,
    );
    const namespaces = new Set(everywhere.items.map(({ metadata }) => metadata.namespace ?? ''));
    return namespaces.size === 0 ? 'no operator runs in this cluster' : [...namespaces].map(scope);
  } catch (error) {
    if (error instanceof ApiError && error.isForbidden)
      return `it is not in namespace ${namespace} or not to be seen there, and ${missingRight('list', 'pods', '')}; --operator-namespace says where it is`;
    throw error;
  }
}

/** @throws ApiError */
export async function podsIn(client: Client, scope: PodScope, signal: AbortSignal): Promise<readonly Pod[]> {
  const { namespace, labelSelector } = scope;
  return (await client.list(PODS, { namespace, labelSelector }, signal)).items;
}
