import type { ClientBase } from 'pg';

export interface RolePasswords {
  readonly migrator: string;
  readonly application: string;
}

/** SQL string literal; only for passwords, which cannot be parameters of CREATE ROLE. */
function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

const GROUP_ROLES = ['app_owner', 'app_rw', 'app_ro'] as const;

/**
 * Creates the roles of the platform where they are missing and sets the passwords of the two that log in.
 * In a cluster the operator does the same over SQL; this serves `npm start` and the tests.
 */
export async function provisionRoles(admin: ClientBase, passwords: RolePasswords): Promise<void> {
  const { rows } = await admin.query<{ rolname: string }>('SELECT rolname FROM pg_roles');
  const present = new Set(rows.map((row) => row.rolname));
  for (const role of GROUP_ROLES) if (!present.has(role)) await admin.query(`CREATE ROLE ${role} NOLOGIN`);
  for (const role of ['app_migrator', 'app_a'])
    if (!present.has(role)) await admin.query(`CREATE ROLE ${role} LOGIN`);
  await admin.query(`ALTER ROLE app_migrator PASSWORD ${literal(passwords.migrator)}`);
  await admin.query(`ALTER ROLE app_a PASSWORD ${literal(passwords.application)}`);
  await admin.query('GRANT app_owner TO app_migrator');
  await admin.query('GRANT app_rw TO app_a');
}

/** Creates the database, owned by app_owner, unless it is there. `name` is ours, never a user's. */
export async function provisionDatabase(admin: ClientBase, name: string): Promise<void> {
  const { rows } = await admin.query('SELECT 1 AS present FROM pg_database WHERE datname = $1', [name]);
  if (rows.length === 0) await admin.query(`CREATE DATABASE ${name} OWNER app_owner`);
}
