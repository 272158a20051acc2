import type { StockAnalysisStatus } from '../../../api/index.ts';
import { sleep } from '../../../kube/index.ts';
import { DATABASE, PORT, postgresHost } from '../../../naming/index.ts';
import { mainStatus } from '../../../policies/index.ts';
import { DatabaseError, bootstrapDatabase, type BootstrapResult } from '../../../postgres/index.ts';
import { fails, holds } from '../status.ts';
import type { Credentials } from './credentials.ts';
import type { Outcome, Pass } from './phase.ts';
import type { Server } from './postgres.ts';

export type DatabaseStatus = NonNullable<StockAnalysisStatus['database']>;

/** How long a verified server is trusted without asking it again. A restart of it is noticed at once. */
const TRUST_MS = 8 * 60_000;

/** Pause before a server that does not answer is asked again. */
const SECOND_LOOK_MS = 1_000;

interface Verified {
  readonly fingerprint: string;
  readonly at: number;
  readonly database: DatabaseStatus;
}

/** Remembers which servers were verified, so that a steady state opens no connections; losing it costs one look. */
export class VerifiedServers {
  readonly #byUID = new Map<string, Verified>();

  get(uid: string, fingerprint: string, now: number): DatabaseStatus | undefined {
    const known = this.#byUID.get(uid);
    return known?.fingerprint === fingerprint && now - known.at < TRUST_MS ? known.database : undefined;
  }

  set(uid: string, verified: Verified): void {
    this.#byUID.set(uid, verified);
  }

  forget(uid: string): void {
    this.#byUID.delete(uid);
  }
}

/** Roles, memberships and database over SQL; the identity of the data directory on the way. */
export async function rolesPhase(
  pass: Pass,
  verified: VerifiedServers,
  server: Server,
  credentials: Credentials,
): Promise<Outcome<DatabaseStatus>> {
  const { uid } = pass.target;
  const now = pass.dependencies.clock.monotonic();
  const fingerprint = fingerprintOf(server, credentials);
  const known = verified.get(uid, fingerprint, now);
  if (known) return ready(known);
  try {
    const result = await bootstrapTwice(pass, credentials);
    if (result.done.length > 0) pass.visit.log.info({ statements: result.done }, 'database roles written');
    if (result.obstacle !== undefined)
      pass.visit.log.warn({ obstacle: result.obstacle }, 'the platform cannot tell how full the volume is');
    const { systemIdentifier, version } = result;
    const database = { systemIdentifier, version, claimUID: server.claimUID };
    verified.set(uid, { fingerprint, at: now, database });
    return ready(database);
  } catch (error) {
    if (error instanceof DatabaseError) return explain(error);
    throw error;
  }
}

const ready = (database: DatabaseStatus): Outcome<DatabaseStatus> => ({
  verdict: holds(`PostgreSQL ${database.version} runs and its roles are in place`),
  output: database,
});

/**
 * One lost packet is no outage: a server that was seen to work is asked twice before the object is called not ready,
 * which wakes people up.
 */
async function bootstrapTwice(pass: Pass, credentials: Credentials): Promise<BootstrapResult> {
  try {
    return await bootstrap(pass, credentials);
  } catch (error) {
    const isLost = error instanceof DatabaseError && error.kind === 'unreachable';
    if (!isLost || pass.status.database?.systemIdentifier === undefined) throw error;
    pass.visit.log.warn(
      { error: error.message },
      'a database that worked before does not answer, asking again',
    );
    await sleep(pass.dependencies.clock, SECOND_LOOK_MS, pass.visit.signal);
    pass.visit.signal.throwIfAborted();
    return bootstrap(pass, credentials);
  }
}

async function bootstrap(pass: Pass, credentials: Credentials): Promise<BootstrapResult> {
  const { target, dependencies, visit, status } = pass;
  visit.assertLeader();
  return bootstrapDatabase(
    {
      connection: {
        host: postgresHost(target.name, target.namespace),
        port: PORT.postgres,
        user: DATABASE.superuser,
        password: credentials.value('databaseAdmin', 'password'),
        ca: credentials.value('databaseTLS', 'ca.crt'),
        dialAddress: dependencies.postgresDialAddress,
      },
      passwords: {
        migrator: credentials.value('databaseMigrator', 'password'),
        app: credentials.value('databaseApp', 'password'),
      },
      expectedSystemIdentifier: status.database?.systemIdentifier,
    },
    visit.signal,
  );
}

/** Changes with the pod, with a restart inside of it and with every credential. */
function fingerprintOf(server: Server, credentials: Credentials): string {
  const restarts = (server.pod && mainStatus(server.pod)?.restartCount) ?? 0;
  const secrets = (['databaseAdmin', 'databaseMigrator', 'databaseApp', 'databaseTLS'] as const).map(
    (purpose) => credentials.uid(purpose),
  );
  return [server.claimUID, server.pod?.metadata.uid, restarts, ...secrets].join(' ');
}

function explain(error: DatabaseError): Outcome<DatabaseStatus> {
  switch (error.kind) {
    case 'mismatch':
      return { verdict: fails({ reason: 'VolumeMismatch', message: error.message, stalled: true }) };
    case 'rejected':
      return { verdict: fails({ reason: 'CredentialsRejected', message: error.message }) };
    case 'failed':
      return { verdict: fails({ reason: 'DatabaseFailed', message: error.message }) };
    case 'unreachable':
      return { verdict: fails({ reason: 'DatabaseUnreachable', message: error.message }) };
    default:
      throw error;
  }
}
