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
import { ChildError } from './child-errors.ts';
import type { ChildWriter } from './writer.ts';

/** What still has to end before the next step; undefined when the object is gone. */
export type DeletionProgress = { readonly waitingFor: string } | undefined;

export interface Deletion {
  readonly object: StockAnalysis;
  readonly children: Children;
  readonly writer: ChildWriter;
  readonly dependencies: Dependencies;
  readonly visit: Visit;
}

/**
 * After this time nothing is waited for any more: a lost node must not keep the object for ever (P3). What has been
 * deleted by then goes when the node's pods do.
 */
const PATIENCE_MS = 5 * 60_000;

/**
 * Stops what uses the data, in order (application before its database, so that no client loses its server), removes
 * the data and lets the object go. Every step finds its own work done when it is repeated.
 */
export async function removeData(deletion: Deletion): Promise<DeletionProgress> {
  const { name } = deletion.object.metadata;
  await removeNamed(deletion, kinds.deployments, [serverName(name), workerName(name)]);
  await removeRunningJobs(deletion.children, deletion.writer);
  const application = podsInTheWay(deletion, ['server', 'worker', 'migrate']);
  if (application.length > 0) return { waitingFor: `pods ${application.join(', ')}` };
  await removeNamed(deletion, kinds.statefulSets, [postgresName(name)]);
  const database = podsInTheWay(deletion, ['postgres']);
  if (database.length > 0) return { waitingFor: `pods ${database.join(', ')}` };
  if (!(await dataRemoved(deletion)))
    return { waitingFor: `PersistentVolumeClaim ${postgresClaimName(name)}` };
  await release(deletion.object, deletion.dependencies, deletion.visit);
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

function isPatient({ object, dependencies }: Deletion): boolean {
  return dependencies.clock.now() - millisecondsOf(object.metadata.deletionTimestamp) <= PATIENCE_MS;
}

function podsInTheWay(deletion: Deletion, components: readonly Component[]): string[] {
  return isPatient(deletion) ? runningPods(deletion.children, deletion.object.metadata.name, components) : [];
}

/** Volume first, then the passwords that open it. True when both are gone, or on their way after all patience. */
async function dataRemoved(deletion: Deletion): Promise<boolean> {
  const { object, dependencies, writer, visit } = deletion;
  const { name, namespace } = object.metadata;
  const claimIsLeft = await removeNamed(deletion, kinds.claims, [postgresClaimName(name)]);
  if (claimIsLeft && isPatient(deletion)) return false;
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

/** Takes the finalizer off an object that is being deleted; one that is gone already is no error. */
export async function release(
  object: StockAnalysis,
  dependencies: Dependencies,
  visit: Visit,
): Promise<void> {
  try {
    await setFinalizer(object, false, dependencies, visit);
  } catch (error) {
    if (!(error instanceof ApiError && error.isNotFound)) throw error;
  }
}

/**
 * Puts the finalizer on before anything is created, so that nothing is left behind, or takes it off. The list is shared
 * with others, so it is only written against the version that was read.
 */
export async function setFinalizer(
  object: StockAnalysis,
  wanted: boolean,
  dependencies: Dependencies,
  visit: Visit,
): Promise<StockAnalysis> {
  const { name, namespace, resourceVersion, finalizers = [] } = object.metadata;
  const others = finalizers.filter((one) => one !== FINALIZER);
  const metadata = { resourceVersion, finalizers: wanted ? [...others, FINALIZER] : others };
  visit.assertLeader();
  visit.log.info({}, wanted ? 'add finalizer' : 'remove finalizer');
  return dependencies.client.mergePatch(stockAnalyses, { namespace, name }, { metadata }, {}, visit.signal);
}
