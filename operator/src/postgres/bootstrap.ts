import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { DATABASE } from '../naming/index.ts';
import { DatabaseError, withConnection, type ConnectionOptions } from './connection.ts';
import { planRoles, type DatabaseFacts, type RolePasswords } from './roles.ts';
import { SALT_BYTES } from './scram.ts';
import { provideVolumeFigures } from './volume.ts';

const salt = (): Uint8Array => randomBytes(SALT_BYTES);

/** Any fixed number: two operators, one of them just deposed, must not interleave. */
const LOCK = 7_264_178_101;

export interface BootstrapOptions {
  readonly connection: Omit<ConnectionOptions, 'database' | 'searchPath'>;
  readonly passwords: RolePasswords;
  /** Identifier that status remembers; another one means another data directory, which is left alone. */
  readonly expectedSystemIdentifier?: string | undefined;
}

export interface BootstrapResult {
  readonly systemIdentifier: string;
  readonly version: string;
  /** What was done, fit for a log; empty in a steady state. */
  readonly done: readonly string[];
  /** Why the application cannot read how full the volume is; it works without. */
  readonly obstacle?: string;
}

type Roles = Omit<BootstrapResult, 'obstacle'>;

/**
 * Creates and repairs roles, memberships, the database, and what tells the application of its volume. Idempotent;
 * statements run one by one because CREATE DATABASE refuses a transaction, and each is safe to find done.
 * Throws DatabaseError; with kind `mismatch` nothing was written.
 */
export async function bootstrapDatabase(
  options: BootstrapOptions,
  signal: AbortSignal,
): Promise<BootstrapResult> {
  const connection = { ...options.connection, database: 'postgres' };
  const roles = await withConnection(connection, (client) => bootstrap(client, options, signal), signal);
  const { done, ...rest } = await provideVolumeFigures(options.connection, signal);
  return { ...roles, ...rest, done: [...roles.done, ...done] };
}

async function bootstrap(client: Client, options: BootstrapOptions, signal: AbortSignal): Promise<Roles> {
  const identity = await readIdentity(client);
  const expected = options.expectedSystemIdentifier;
  if (expected !== undefined && expected !== identity.systemIdentifier) {
    throw new DatabaseError(
      'mismatch',
      `the volume holds database ${identity.systemIdentifier}, but this object was made with ${expected}; put the original volume back`,
    );
  }
  // Judged first without the lock: a steady state takes none.
  if (planRoles(await readFacts(client), options.passwords, salt).length === 0)
    return { ...identity, done: [] };
  await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
  const plan = planRoles(await readFacts(client), options.passwords, salt);
  for (const { sql } of plan) {
    signal.throwIfAborted();
    await client.query(sql);
  }
  return { ...identity, done: plan.map(({ purpose }) => purpose) };
}

async function readIdentity(client: Client): Promise<{ systemIdentifier: string; version: string }> {
  const { rows } = await client.query<{ identifier: string; version: string }>(
    "SELECT system_identifier::text AS identifier, split_part(current_setting('server_version'), ' ', 1) AS version FROM pg_control_system()",
  );
  return { systemIdentifier: rows[0]?.identifier ?? '', version: rows[0]?.version ?? '' };
}

const ROLES = `
  SELECT rolname AS name, rolcanlogin AS login, rolinherit AS inherit, rolpassword AS verifier,
         rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls AS privileged
  FROM pg_authid WHERE rolname = ANY($1) ORDER BY rolname`;

const MEMBERSHIPS = `
  SELECT r.rolname AS role, m.rolname AS member
  FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
  WHERE m.rolname = ANY($1)`;

const GRANTS = `
  SELECT pg_get_userbyid(d.datdba) AS owner,
         CASE WHEN g.grantee = 0 THEN 'public' ELSE pg_get_userbyid(g.grantee) END AS grantee, g.privilege_type AS privilege
  FROM pg_database d LEFT JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) g ON true
  WHERE d.datname = $1`;

/** Reads what planRoles judges. */
async function readFacts(client: Client): Promise<DatabaseFacts> {
  const names = [
    DATABASE.owner,
    DATABASE.readWrite,
    DATABASE.readOnly,
    DATABASE.monitor,
    DATABASE.migrator,
    DATABASE.login,
  ];
  const roles = await client.query<DatabaseFacts['roles'][number]>(ROLES, [names]);
  const memberships = await client.query<DatabaseFacts['memberships'][number]>(MEMBERSHIPS, [names]);
  const grants = await client.query<{ owner: string; grantee: string; privilege: string }>(GRANTS, [
    DATABASE.name,
  ]);
  const owner = grants.rows[0]?.owner;
  return {
    roles: roles.rows,
    memberships: memberships.rows,
    database: owner === undefined ? undefined : { owner, grants: grants.rows },
  };
}
