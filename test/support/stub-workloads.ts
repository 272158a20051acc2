/**
 * What the containers of the platform do, as far as the operator can tell the difference: PostgreSQL is real, a server
 * or worker is ready when it can log in with the files it mounts, and the migration creates a table as its own role.
 */
import { Client } from 'pg';
import { join } from 'node:path';
import type { DatabaseGate } from './database-gate.ts';
import type { MountedFiles } from './pod-volumes.ts';
import { startPostgres, type PostgresServer } from './postgres.ts';

export interface WorkloadEnvironment {
  /** Folder for volumes and run directories of this plan. */
  readonly directory: string;
  readonly postgresInstallation: string;
  readonly ledger: string;
  readonly gate: DatabaseGate;
}

const DATABASE = '/etc/stock-analysis/database';
const POSTGRES = '/etc/stock-analysis/postgres';
const DATA = '/var/lib/postgresql/data';

/** What the migrate container writes to its termination log. */
export const SCHEMA_VERSION = 'test-schema-1';

function required(mounted: MountedFiles, path: string): string {
  const content = mounted.files.get(path);
  if (content === undefined) throw new Error(`the pod mounts no file ${path}`);
  return content;
}

function under(mounted: MountedFiles, directory: string): Record<string, string> {
  const prefix = `${directory}/`;
  const entries = [...mounted.files].filter(([path]) => path.startsWith(prefix));
  return Object.fromEntries(entries.map(([path, content]) => [path.slice(prefix.length), content]));
}

/** Starts the server that a pod of the StatefulSet describes, on the volume of the claim that it mounts. */
export function runPostgres(
  environment: WorkloadEnvironment,
  podUID: string,
  mounted: MountedFiles,
): Promise<PostgresServer> {
  const claim = mounted.claims.get(DATA);
  if (claim === undefined) throw new Error(`the pod mounts no claim at ${DATA}`);
  return startPostgres({
    installation: environment.postgresInstallation,
    volume: join(environment.directory, 'volumes', claim),
    runDirectory: join(environment.directory, 'pods', podUID),
    superuserPassword: required(mounted, `${POSTGRES}/admin/password`).trimEnd(),
    config: under(mounted, `${POSTGRES}/config`),
    tls: under(mounted, `${POSTGRES}/tls`),
    ledger: environment.ledger,
  });
}

/** Runs `work` in a session that is opened with the mounted files: TLS to the name in `host`, password by SCRAM. */
export async function withDatabase<T>(
  environment: WorkloadEnvironment,
  mounted: MountedFiles,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const host = required(mounted, `${DATABASE}/host`);
  const inCluster = host.endsWith('.svc');
  const [gateHost = '', gatePort = ''] = environment.gate.address.split(':');
  const ca = mounted.files.get(`${DATABASE}/ca.crt`);
  const client = new Client({
    host: inCluster ? gateHost : host,
    port: Number(inCluster ? gatePort : required(mounted, `${DATABASE}/port`)),
    database: required(mounted, `${DATABASE}/name`),
    user: required(mounted, `${DATABASE}/username`),
    password: required(mounted, `${DATABASE}/password`),
    ...(ca === undefined ? {} : { ssl: { ca, servername: host } }),
    connectionTimeoutMillis: 3000,
  });
  // A server that goes away in the middle ends the session; the query that was running reports it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Throws where a server or worker with these files could not serve. */
export async function probeApplication(
  environment: WorkloadEnvironment,
  mounted: MountedFiles,
): Promise<void> {
  await withDatabase(environment, mounted, (client) => client.query('select 1 from app.canary'));
}

/** The migration: a schema and a table of the owner's, readable for the application. Returns the last words of the pod. */
export async function migrate(environment: WorkloadEnvironment, mounted: MountedFiles): Promise<string> {
  await withDatabase(environment, mounted, async (client) => {
    const owner = await client.query(
      "select 1 from pg_roles where rolname = 'app_owner' and pg_has_role(current_user, oid, 'member')",
    );
    if (owner.rowCount === 1) await client.query('set role app_owner');
    await client.query('create schema if not exists app');
    await client.query('create table if not exists app.canary (id int primary key)');
    const reader = await client.query("select 1 from pg_roles where rolname = 'app_rw'");
    if (reader.rowCount !== 1) return;
    await client.query('grant usage on schema app to app_rw');
    await client.query('grant select, insert, update, delete on app.canary to app_rw');
  });
  return SCHEMA_VERSION;
}
