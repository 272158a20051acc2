import { formatSelector, selectorOf, serverName, serviceName } from '../../naming/index.ts';
import {
  pendingImages,
  warningsOf,
  type AllPinned,
  type LiveDeployment,
  type Warning,
} from '../../policies/index.ts';
import { endsVisit } from './child-errors.ts';
import { keptVerdicts } from './kept.ts';
import { accessPhase, type Access } from './phases/access.ts';
import { credentialsPhase, type Credentials } from './phases/credentials.ts';
import { dataSourcePhase, type DataSource } from './phases/data-source.ts';
import { migratePhase, type SchemaStatus } from './phases/migrate.ts';
import { monitoringPhase, type Monitoring } from './phases/monitoring.ts';
import { dropNetworkPolicies } from './phases/network.ts';
import { notificationsPhase } from './phases/notifications.ts';
import { runPhase, type Outcome, type Pass } from './phases/phase.ts';
import { postgresPhase } from './phases/postgres.ts';
import { pruneChildren, pruneContent } from './phases/prune.ts';
import { rolesPhase, type DatabaseStatus, type VerifiedServers } from './phases/roles.ts';
import { tracingPhase } from './phases/tracing.ts';
import { frontPhase, noteWorkloads, workloadsPhase } from './phases/workloads.ts';
import type { Notifications, Tracing } from '../../resources/index.ts';
import { fails, hasServed, holds, type Observations, type StatusFields, type Verdict } from './status.ts';
import { isStopped, suspensionPhase } from './suspension.ts';
import { kinds } from './types.ts';

/** What a pass found out and when to look again for what no watch reports. */
export interface PassResult {
  readonly observations: Observations;
  readonly requeueAfterMs?: number;
}

/** All that one visit does, judged. Rules are wanted most where the rest is in trouble, so they are looked after in any case. */
export async function runPass(pass: Pass, pinned: AllPinned, verified: VerifiedServers): Promise<PassResult> {
  const [rest] = await Promise.allSettled([
    pass.target.spec.suspend ? suspendedPass(pass, pinned) : activePass(pass, pinned, verified),
  ]);
  if (rest.status === 'rejected' && endsVisit(rest.reason, pass.visit)) throw rest.reason;
  // Rules of what has run stay, without those that would only say that it does not; what never ran has none.
  const hasRules = !pass.target.spec.suspend || hasServed(pass.status);
  const monitoring = hasRules ? await runPhase('monitoring', pass, monitoringPhase) : undefined;
  if (rest.status === 'rejected') throw rest.reason;
  const { observations, requeueAfterMs } = rest.value;
  return {
    observations: {
      ...observations,
      monitoring: observations.monitoring ?? (monitoring && judged(monitoring)),
    },
    ...soonest(requeueAfterMs, monitoring?.requeueAfterMs),
  };
}

/**
 * The phases in their order. Each one builds on the output of those before it and is skipped without it; what was
 * reached earlier and is remembered in status stays valid when an earlier phase has trouble now.
 */
async function activePass(pass: Pass, pinned: AllPinned, verified: VerifiedServers): Promise<PassResult> {
  await dropNetworkPolicies(pass);
  const credentials = await runPhase('credentials', pass, credentialsPhase);
  const secrets = credentials.output;
  const database = await databasePhases(pass, secrets, verified);
  const access = secrets ? await runPhase('access', pass, () => accessPhase(pass, secrets)) : undefined;
  const databaseVerdict =
    pass.target.spec.database.mode === 'External' ? externalVerdict(access) : database.verdict;
  const schema = await schemaPhase(pass, access, databaseVerdict.status === 'True');
  const dataSource = await runPhase('data source', pass, dataSourcePhase);
  const tracing = await runPhase('tracing', pass, tracingPhase);
  const notifications = await notificationsAfter(pass, tracing);
  const workloads = await runPhase('workloads', pass, () =>
    rollOut(pass, {
      access: access?.output,
      secrets,
      schema,
      dataSource,
      notifications,
      tracing,
      databaseReady: databaseVerdict.status === 'True',
    }),
  );
  const fields = statusFields(pass, pinned, database.output, schema.output, secrets?.encryptionKey);
  const requeues = [credentials, database, schema, workloads].map(({ requeueAfterMs }) => requeueAfterMs);
  return {
    observations: {
      credentials: credentials.verdict,
      database:
        pass.target.spec.database.mode === 'External'
          ? proven(databaseVerdict, schema.verdict)
          : databaseVerdict,
      schema: schema.verdict,
      workloads: workloads.verdict,
      dataSource: dataSource.verdict,
      monitoring: firstFailure(notifications.verdict, tracing.verdict),
      pendingRollout: pendingOf(
        pass,
        pinned,
        access?.output !== undefined && notifications.output !== undefined,
      ),
      warnings: warningsOfPass(pass),
      fields,
    },
    ...soonest(...requeues),
  };
}

function soonest(...requeues: readonly (number | undefined)[]): Pick<PassResult, 'requeueAfterMs'> {
  const requeueAfterMs = Math.min(...requeues.filter((ms) => ms !== undefined));
  return Number.isFinite(requeueAfterMs) ? { requeueAfterMs } : {};
}

/** Their configuration says where traces go as well. */
const notificationsAfter = async (
  pass: Pass,
  { output, verdict }: Outcome<Tracing>,
): Promise<Outcome<Notifications>> =>
  output ? runPhase('notifications', pass, () => notificationsPhase(pass, output)) : { verdict };

const firstFailure = (...verdicts: readonly Verdict[]): Verdict | undefined =>
  verdicts.find(({ status }) => status !== 'True');

/** Undefined before anybody could look: what was said last holds. */
const judged = ({ verdict, output }: Outcome<Monitoring>): Verdict | undefined =>
  output || verdict.status === 'False' ? verdict : undefined;

/** @param complete whether every workload could be looked at: without what they mount none can be rendered */
function pendingOf(pass: Pass, pinned: AllPinned, complete: boolean): readonly string[] | undefined {
  const pending = [...pendingImages(pinned, pass.dependencies.images), ...pass.pending];
  return complete || pending.length > 0 ? pending : undefined;
}

/** Nothing is built or migrated while the object is suspended; what is known of schema and database stays in status. */
async function suspendedPass(pass: Pass, pinned: AllPinned): Promise<PassResult> {
  const { verdict } = await suspensionPhase(pass);
  const kept = await keptVerdicts(pass);
  return {
    observations: {
      credentials: kept.credentials,
      database: kept.volume ?? verdict,
      schema: verdict,
      workloads: verdict,
      dataSource: verdict,
      monitoring: hasServed(pass.status) ? undefined : verdict,
      suspended: verdict,
      pendingRollout: pendingImages(pinned, pass.dependencies.images),
      warnings: warningsOfPass(pass),
      fields: statusFields(pass, pinned, undefined, undefined),
    },
  };
}

function warningsOfPass(pass: Pass): Warning[] {
  const { target, dependencies, warnings } = pass;
  return [...warnings, ...warningsOf(target.spec, { isCRDOutdated: dependencies.crd.isOutdated })];
}

const WITHOUT_CREDENTIALS = fails({
  reason: 'CredentialsMissing',
  message: 'Waits for the generated Secrets, see CredentialsFresh',
});

async function databasePhases(
  pass: Pass,
  secrets: Credentials | undefined,
  verified: VerifiedServers,
): Promise<Outcome<DatabaseStatus>> {
  if (pass.target.spec.database.mode === 'External') return { verdict: holds('') };
  if (!secrets) return { verdict: WITHOUT_CREDENTIALS };
  const postgres = await runPhase('postgres', pass, () => postgresPhase(pass, secrets));
  const server = postgres.output;
  if (!server) return { verdict: postgres.verdict };
  return runPhase('roles', pass, () => rolesPhase(pass, verified, server, secrets));
}

/** The operator does not connect to an external database: the migrate Job and the pods' readiness prove that it works. */
function externalVerdict(access: Outcome<Access> | undefined): Verdict {
  if (!access) return WITHOUT_CREDENTIALS;
  if (!access.output) return access.verdict;
  return holds('The Secret of the external database is complete, and a migration has worked with it');
}

/** An external database counts as ready once a migration has worked in it; until then its trouble is the schema's. */
function proven(complete: Verdict, schema: Verdict): Verdict {
  if (complete.status !== 'True' || schema.status === 'True') return complete;
  return { status: 'Unknown', reason: schema.reason, message: schema.message };
}

async function schemaPhase(
  pass: Pass,
  access: Outcome<Access> | undefined,
  databaseReady: boolean,
): Promise<Outcome<SchemaStatus>> {
  const output = access?.output;
  if (!output) return { verdict: access?.verdict ?? WITHOUT_CREDENTIALS };
  return runPhase('migrate', pass, () => migratePhase(pass, output, databaseReady));
}

const WAITS_FOR_DATABASE = fails({
  reason: 'WaitingForDatabase',
  message: 'Server and worker were stopped and start again after the database, see DatabaseReady',
});

const WAITS_FOR_SCHEMA = fails({
  reason: 'WaitingForSchema',
  message: 'Server and worker wait for the schema, see SchemaCurrent',
});

/** What the pods of the application need before they change. */
interface Prerequisites {
  readonly access: Access | undefined;
  readonly secrets: Credentials | undefined;
  readonly schema: Outcome<SchemaStatus>;
  readonly dataSource: Outcome<DataSource>;
  readonly notifications: Outcome<Notifications>;
  readonly tracing: Outcome<Tracing>;
  readonly databaseReady: boolean;
}

async function rollOut(pass: Pass, prerequisites: Prerequisites): Promise<Outcome> {
  const { access, secrets, schema, dataSource, databaseReady } = prerequisites;
  const { notifications, tracing } = prerequisites;
  const sent =
    notifications.output && tracing.output
      ? { notifications: notifications.output, tracing: tracing.output }
      : undefined;
  await frontPhase(pass);
  if (access && sent) await pruneContent(pass, access, sent);
  const ingredients = access && secrets && sent ? { access, credentials: secrets, ...sent } : undefined;
  const waitsForDatabase = !databaseReady && isStopped(pass);
  if (!ingredients || !schema.output || waitsForDatabase || !dataSource.output) {
    if (ingredients) await noteWorkloads(pass, ingredients);
    if (waitsForDatabase) return { verdict: WAITS_FOR_DATABASE };
    if (!access || !secrets || !schema.output) return { verdict: WAITS_FOR_SCHEMA };
    return { verdict: sent ? dataSource.verdict : notifications.verdict };
  }
  const outcome = await workloadsPhase(pass, ingredients, dataSource.verdict);
  await pruneChildren(pass);
  return outcome;
}

function statusFields(
  pass: Pass,
  image: AllPinned,
  database: DatabaseStatus | undefined,
  schema: SchemaStatus | undefined,
  seenKey?: string,
): StatusFields {
  const { target, status, children } = pass;
  const server = children.get(kinds.deployments, serverName(target.name)) as
    LiveDeployment | null | undefined;
  const encryptionKey = seenKey ?? status.encryptionKey;
  const known = { database: database ?? status.database, schema: schema ?? status.schema };
  return {
    endpoints: { http: `http://${serviceName(target.name)}.${target.namespace}.svc` },
    image,
    ...(status.rollout === undefined ? {} : { rollout: status.rollout }),
    ...(known.schema ? { schema: known.schema } : {}),
    ...(known.database ? { database: known.database } : {}),
    ...(status.credentials ? { credentials: status.credentials } : {}),
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
    replicas: server?.status?.replicas ?? 0,
    selector: formatSelector(selectorOf(target.name, 'server')),
  };
}
