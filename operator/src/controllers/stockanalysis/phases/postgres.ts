import { DEFAULT_STORAGE_SIZE, type StockAnalysisStatus } from '../../../api/index.ts';
import { postgresClaimName, postgresName, selectorOf } from '../../../naming/index.ts';
import {
  claimFinding,
  claimSize,
  decideClaim,
  isUnbound,
  lacksPod,
  podInTheWay,
  statefulSetState,
  type ClaimDecision,
  type LiveObject,
  type LivePod,
  type LiveStatefulSet,
} from '../../../policies/index.ts';
import {
  postgresClaim,
  postgresConfig,
  postgresNetworkPolicy,
  postgresService,
  postgresServiceAccount,
  postgresStatefulSet,
} from '../../../resources/index.ts';
import { fails, holds } from '../status.ts';
import { ChildError } from '../child-errors.ts';
import { ensureWorkload, notePending, type Workload } from '../workload.ts';
import type { Credentials } from './credentials.ts';
import { ensureNetworkPolicy } from './network.ts';
import { eventsOf, explain, isYoung, type Outcome, type Pass } from './phase.ts';
import { kinds, pods as podType, type Claim } from '../types.ts';

/** A running PostgreSQL. */
export interface Server {
  readonly claimUID: string;
  readonly pod: LivePod | undefined;
}

/** Volume, configuration, Service and server of the built-in PostgreSQL. */
export async function postgresPhase(pass: Pass, credentials: Credentials): Promise<Outcome<Server>> {
  const { target, writer } = pass;
  const numbers = {
    adminNumber: credentials.number('databaseAdmin'),
    tlsNumber: credentials.number('databaseTLS'),
  };
  const workload: Workload = {
    name: postgresName(target.name),
    condition: 'DatabaseReady',
    credentials: numbers,
    build: (of) => postgresStatefulSet(of, { ...numbers, configMap: postgresConfig(of).metadata.name }),
  };
  const claim = await ensureSurroundings(pass, workload);
  await writer.ensure(kinds.services, postgresService(target));
  const statefulSet = await ensureWorkload(pass, kinds.statefulSets, workload);
  return judge(pass, claim, statefulSet);
}

/**
 * What the pod needs before it starts, its claim among it.
 * @throws ChildError where one cannot be made; what waits for a rollout is noted by then
 */
async function ensureSurroundings(pass: Pass, workload: Workload): Promise<Claim> {
  const { target, writer } = pass;
  try {
    await ensureNetworkPolicy(pass, postgresNetworkPolicy(target));
    await writer.ensure(kinds.serviceAccounts, postgresServiceAccount(target));
    await writer.ensure(kinds.configMaps, postgresConfig(target));
    return await ensureClaim(pass);
  } catch (error) {
    if (error instanceof ChildError) await notePending(pass, kinds.statefulSets, workload);
    throw error;
  }
}

interface ClaimDecided {
  readonly live: Claim | undefined;
  readonly decision: ClaimDecision;
}

/** Looks at the claim and changes nothing. */
export async function decideOnClaim({ target, writer, status }: Pass): Promise<ClaimDecided> {
  const name = postgresClaimName(target.name);
  const live = await writer.find(kinds.claims, name);
  const decision = decideClaim({
    name,
    live,
    initialisedOn: rememberedClaim(status),
    storageClassName: target.spec.database.builtIn?.storage?.storageClassName,
  });
  return { live, decision };
}

async function ensureClaim(pass: Pass): Promise<Claim> {
  const { target, writer } = pass;
  const type = kinds.claims;
  const name = postgresClaimName(target.name);
  const storage = target.spec.database.builtIn?.storage;
  const { live, decision } = await decideOnClaim(pass);
  if (decision.action === 'refuse') throw new ChildError(decision.finding);
  if (decision.action === 'replace' && live) {
    if (live.metadata.deletionTimestamp === undefined)
      await writer.remove(type, live, decision.resourceVersion);
    const message = `PersistentVolumeClaim ${name} never held data and is replaced by one of the wanted StorageClass`;
    throw new ChildError({ reason: 'WaitingForDeletion', message });
  }
  const size = claimSize(storage?.size ?? DEFAULT_STORAGE_SIZE, live);
  try {
    return await writer.ensure(type, postgresClaim(target, size));
  } catch (error) {
    const isRefused = error instanceof ChildError && error.finding.reason === 'VolumeResizeRefused';
    // A database that runs is worth more than its growth: it goes on as it is, and a warning says so.
    if (!isRefused || !live || isUnbound(live)) throw error;
    pass.warnings.push({
      reason: 'VolumeResizeRefused',
      message: `${error.finding.message}; the database goes on with ${live.status?.capacity?.storage ?? 'what it has'}. Allow expansion in the StorageClass (allowVolumeExpansion), or grow the volume by hand`,
    });
    return live;
  }
}

/** Only a claim that PostgreSQL was seen running on is worth insisting upon. */
function rememberedClaim(status: StockAnalysisStatus): string | undefined {
  return status.database?.systemIdentifier === undefined ? undefined : status.database.claimUID;
}

/** The pod of the first ordinal, whosever it is: the cache holds only those with our label. */
async function podOf(pass: Pass, { metadata }: LiveStatefulSet): Promise<LiveObject | undefined> {
  if (isYoung(pass, metadata)) return undefined;
  const { namespace } = pass.target;
  const fieldSelector = `metadata.name=${metadata.name}-0`;
  const options = { namespace, fieldSelector, metadataOnly: true };
  return (await pass.dependencies.client.list(podType, options, pass.visit.signal)).items[0];
}

async function judge(pass: Pass, claim: Claim, statefulSet: LiveStatefulSet): Promise<Outcome<Server>> {
  const pods = pass.children.podsOf(selectorOf(pass.target.name, 'postgres'));
  const claimEvents = isUnbound(claim) ? await eventsOf(pass, claim) : [];
  const unbound = claimFinding(claim.metadata.name, claim, claimEvents);
  if (unbound) return { verdict: fails(unbound) };
  const foreign = lacksPod(statefulSet)
    ? podInTheWay(statefulSet, await podOf(pass, statefulSet))
    : undefined;
  if (foreign) return { verdict: fails(foreign) };
  const events = pods.length === 0 ? await eventsOf(pass, statefulSet) : [];
  const state = statefulSetState(statefulSet, postgresName(pass.target.name), pods, events);
  if (!state.done) return { verdict: fails(await explain(pass, state.finding, pods)) };
  return { verdict: holds('PostgreSQL runs'), output: { claimUID: claim.metadata.uid, pod: pods[0] } };
}
