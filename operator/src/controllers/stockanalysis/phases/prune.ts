import { managedAKTools } from '../../../api/index.ts';
import {
  KIND,
  aktoolsName,
  migrateName,
  postgresName,
  serverName,
  serviceName,
  workerName,
} from '../../../naming/index.ts';
import type { KubeObject, ResourceType } from '../../../kube/index.ts';
import {
  mountedNames,
  obsoleteContent,
  obsoleteJobs,
  ownershipOf,
  type LiveTemplate,
  type Ownership,
} from '../../../policies/index.ts';
import {
  migrationKey,
  needsDisruptionBudget,
  postgresConfig,
  serverConfig,
  workerConfig,
} from '../../../resources/index.ts';
import { runningPods } from '../stopping.ts';
import type { Access } from './access.ts';
import type { Sent } from './workloads.ts';
import { networkPolicyNames } from './network.ts';
import type { Pass } from './phase.ts';
import { kinds } from '../types.ts';

/** Named children that this spec wants, by kind. */
function wantedNames({ target, children }: Pass): ReadonlyMap<ResourceType, ReadonlySet<string>> {
  const builtIn = target.spec.database.mode === 'BuiltIn';
  const { name } = target;
  const hasAKToolsPods = runningPods(children, name, ['aktools']).length > 0;
  const postgres = builtIn ? [postgresName(name)] : [];
  const aktools = managedAKTools(target.spec.marketData) ? [aktoolsName(name)] : [];
  const policies = target.spec.networkPolicy.enabled ? networkPolicyNames(name) : [];
  return new Map<ResourceType, ReadonlySet<string>>([
    [kinds.deployments, new Set([serverName(name), workerName(name), ...aktools])],
    [kinds.statefulSets, new Set(postgres)],
    [kinds.services, new Set([serviceName(name), ...postgres, ...aktools])],
    [
      kinds.serviceAccounts,
      new Set([serverName(name), workerName(name), migrateName(name), ...postgres, ...aktools]),
    ],
    // That of AKTools outlives the pods that it shuts in; the end of the last one is an event.
    [kinds.networkPolicies, new Set([...policies, ...(hasAKToolsPods ? [aktoolsName(name)] : aktools)])],
    [kinds.podDisruptionBudgets, new Set(needsDisruptionBudget(target.spec) ? [serverName(name)] : [])],
  ]);
}

/**
 * Removes what is ours and no longer wanted. Runs only after every phase succeeded in building its desired state, so
 * nothing is removed because a phase did not get that far. Volume and credentials are never pruned.
 */
export async function pruneChildren(pass: Pass): Promise<void> {
  const accounts = new Set(templatesOf(pass).map(({ spec }) => spec?.serviceAccountName));
  for (const [type, wanted] of wantedNames(pass)) {
    const isKept = (name: string): boolean =>
      wanted.has(name) || (type === kinds.serviceAccounts && accounts.has(name));
    await removeAll(
      pass,
      type,
      ours(pass, type).filter(({ metadata }) => !isKept(metadata.name)),
    );
  }
}

/**
 * Removes content-addressed objects and finished Jobs that were superseded. Also while a migration fails: what is mounted
 * stays, and nothing else would clear away what each change of a password leaves.
 */
export async function pruneContent(
  pass: Pass,
  access: Access,
  { notifications, tracing }: Sent,
): Promise<void> {
  const { target } = pass;
  const { configMap, appSecret, migratorSecret, bootstrapSecret } = access;
  const desired = new Set([configMap, appSecret, migratorSecret, bootstrapSecret]);
  desired.add(serverConfig(target, tracing).metadata.name);
  desired.add(workerConfig(target, notifications, tracing).metadata.name);
  for (const { secret } of [notifications, tracing]) if (secret) desired.add(secret.metadata.name);
  if (target.spec.database.mode === 'BuiltIn') desired.add(postgresConfig(target).metadata.name);
  const mounted = mountedContent(pass);
  for (const type of [kinds.configMaps, kinds.secrets]) {
    await removeAll(pass, type, obsoleteContent(oursOrOrphaned(pass, type), desired, mounted));
  }
  const key = migrationKey(target, migratorSecret);
  const jobs = oursOrOrphaned(pass, kinds.jobs);
  const current = jobs.find((job) => job.metadata.name.includes(key))?.metadata.name;
  await removeAll(pass, kinds.jobs, obsoleteJobs(jobs, current));
}

const ours = <T extends KubeObject>(pass: Pass, type: ResourceType<T>): T[] => owned(pass, type, ['ours']);

/** Also what an object that was deleted with --cascade=orphan has left: no garbage collector takes that. */
const oursOrOrphaned = <T extends KubeObject>(pass: Pass, type: ResourceType<T>): T[] =>
  owned(pass, type, ['ours', 'adoptable']);

function owned<T extends KubeObject>(
  pass: Pass,
  type: ResourceType<T>,
  ownerships: readonly Ownership[],
): T[] {
  const owner = { name: pass.target.name, uid: pass.target.uid, kind: KIND };
  return pass.children
    .all(type)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter((object) => ownerships.includes(ownershipOf(object, owner)));
}

async function removeAll(pass: Pass, type: ResourceType, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) await pass.writer.remove(type, object);
}

const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);

/** What live pods and templates mount must stay, however old it is: a pod that restarts needs it again. */
function mountedContent(pass: Pass): ReadonlySet<string> {
  const pods = pass.children.pods
    .filter(({ status }) => !ENDED.has(status?.phase ?? ''))
    .map(({ spec }) => spec?.volumes);
  const templates = templatesOf(pass).map(({ spec }) => spec?.volumes);
  return new Set([...templates, ...pods].flatMap((volumes) => mountedNames(volumes ?? [])));
}

/** They may be those of an earlier operator, with names that this one does not spell any more. */
function templatesOf({ children }: Pass): readonly LiveTemplate[] {
  return [...children.all(kinds.deployments), ...children.all(kinds.statefulSets)].flatMap(
    ({ spec }) => spec?.template ?? [],
  );
}
