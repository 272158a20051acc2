import { millisecondsOf, type StockAnalysis } from '../../api/index.ts';
import {
  FINALIZER,
  LABEL,
  instanceSelector,
  postgresClaimName,
  postgresName,
  serverName,
  workerName,
  type Component,
} from '../../naming/index.ts';
import { ApiError, type KubeObject, type ResourceType } from '../../kube/index.ts';
import type { Children } from './children.ts';
import { removeRunningJobs, runningPods } from './stopping.ts';
import { kinds, stockAnalyses, type Dependencies, type Visit } from './types.ts';
import { ChildError, type ChildWriter } from './writer.ts';

/** What still has to end before the next step; undefined when the object is gone. */
export type DeletionProgress = { readonly waitingFor: string } | undefined;

export interface Deletion {
  readonly object: StockAnalysis;
  readonly children: Children;
  readonly writer: ChildWriter;
  readonly dependencies: Dependencies;
  readonly visit: Visit;
}

/** After this time nothing is waited for any more: a lost node must not keep the object for ever (P3). */
const PATIENCE_MS = 5 * 60_000;

/**
 * Stops what runs in order (application before its database, so that no client loses its server), removes the data
 * only when told to, and lets the object go. Every step finds its own work done when it is repeated.
 */
export async function proceedWithDeletion(
  deletion: Deletion,
  removeData: boolean,
): Promise<DeletionProgress> {
  const { name } = deletion.object.metadata;
  await removeNamed(deletion, kinds.deployments, [serverName(name), workerName(name)]);
  await removeRunningJobs(deletion.children, deletion.writer);
  const application = podsInTheWay(deletion, ['server', 'worker', 'migrate']);
  if (application.length > 0) return { waitingFor: `pods ${application.join(', ')}` };
  await removeNamed(deletion, kinds.statefulSets, [postgresName(name)]);
  const database = podsInTheWay(deletion, ['postgres']);
  if (database.length > 0) return { waitingFor: `pods ${database.join(', ')}` };
  if (removeData && !(await dataRemoved(deletion)))
    return { waitingFor: `PersistentVolumeClaim ${postgresClaimName(name)}` };
  await removeFinalizer(deletion);
  return undefined;
}

/** Removes the children of these names. A foreign object of such a name is none of our business. */
async function removeNamed(
  deletion: Deletion,
  type: ResourceType,
  names: readonly string[],
): Promise<boolean> {
  let left = false;
  for (const name of names) {
    const live = await findOwn(deletion, type, name);
    if (!live) continue;
    left = true;
    if (live.metadata.deletionTimestamp === undefined) await deletion.writer.remove(type, live);
  }
  return left;
}

async function findOwn(
  deletion: Deletion,
  type: ResourceType,
  name: string,
): Promise<KubeObject | undefined> {
  try {
    return await deletion.writer.find(type, name);
  } catch (error) {
    if (error instanceof ChildError) return undefined;
    throw error;
  }
}

function podsInTheWay(deletion: Deletion, components: readonly Component[]): string[] {
  const { object, children, dependencies } = deletion;
  const since = millisecondsOf(object.metadata.deletionTimestamp);
  if (dependencies.clock.now() - since > PATIENCE_MS) return [];
  return runningPods(children, object.metadata.name, components);
}

/** Volume first, then the passwords that open it. True when both are gone. */
async function dataRemoved(deletion: Deletion): Promise<boolean> {
  const { object, dependencies, writer, visit } = deletion;
  const { name, namespace } = object.metadata;
  if (await removeNamed(deletion, kinds.claims, [postgresClaimName(name)])) return false;
  const labelSelector = `${instanceSelector(name)},${LABEL.component}=credentials`;
  const secrets = await dependencies.client.list(
    kinds.secrets,
    { namespace, labelSelector, metadataOnly: true },
    visit.signal,
  );
  for (const secret of secrets.items) {
    // Labels can be copied by anybody; a Secret with another controller is that controller's.
    if (writer.owns(secret)) await writer.remove(kinds.secrets, secret);
  }
  return true;
}

/** The list of finalizers is shared, so it is only written against the version that was read. */
async function removeFinalizer({ object, dependencies, visit }: Deletion): Promise<void> {
  const { name, namespace, resourceVersion, finalizers = [] } = object.metadata;
  const metadata = { resourceVersion, finalizers: finalizers.filter((one) => one !== FINALIZER) };
  visit.assertLeader();
  visit.log.info({}, 'remove finalizer');
  try {
    await dependencies.client.mergePatch(stockAnalyses, { namespace, name }, { metadata }, {}, visit.signal);
  } catch (error) {
    if (!(error instanceof ApiError && error.isNotFound)) throw error;
  }
}

/** Adds the finalizer before anything is created, so that nothing is ever left behind. */
export async function addFinalizer(
  object: StockAnalysis,
  dependencies: Dependencies,
  visit: Visit,
): Promise<StockAnalysis> {
  const { name, namespace, resourceVersion, finalizers = [] } = object.metadata;
  const metadata = { resourceVersion, finalizers: [...finalizers, FINALIZER] };
  visit.assertLeader();
  visit.log.info({}, 'add finalizer');
  return dependencies.client.mergePatch(stockAnalyses, { namespace, name }, { metadata }, {}, visit.signal);
}
