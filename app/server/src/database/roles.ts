/** The subset of a node-postgres client or pool that the plain SQL helpers need. */
export interface SqlExecutor {
  query(sql: string, parameters?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

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
 * In a cluster the operator does the same over SQL; this serves the embedded database and the tests.
 */
export async function provisionRoles(admin: SqlExecutor, passwords: RolePasswords): Promise<void> {
  const { rows } = await admin.query('SELECT rolname FROM pg_roles');
  const present = new Set(rows.map((row) => row['rolname']));
  for (const role of GROUP_ROLES) if (!present.has(role)) await admin.query(`CREATE ROLE ${role} NOLOGIN`);
  for (const role of ['app_migrator', 'app_a'])
    if (!present.has(role)) await admin.query(`CREATE ROLE ${role} LOGIN`);
  await admin.query(`ALTER ROLE app_migrator PASSWORD ${literal(passwords.migrator)}`);
  await admin.query(`ALTER ROLE app_a PASSWORD ${literal(passwords.application)}`);
  await admin.query('GRANT app_owner TO app_migrator');
  await admin.query('GRANT app_rw TO app_a');
}

/** Creates the database, owned by app_owner, unless it is there. `name` is ours, never a user's. */
export async function provisionDatabase(admin: SqlExecutor, name: string): Promise<void> {
  const { rows } = await admin.query('SELECT 1 AS present FROM pg_database WHERE datname = $1', [name]);
  if (rows.length === 0) await admin.query(`CREATE DATABASE ${name} OWNER app_owner`);
}

const SCHEMAS = ['app', 'jobs'] as const;

function grantsFor(schema: string, role: string, tableRights: string): string[] {
  return [
    `GRANT USAGE ON SCHEMA ${schema} TO ${role}`,
    `GRANT ${tableRights} ON ALL TABLES IN SCHEMA ${schema} TO ${role}`,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT ${tableRights} ON TABLES TO ${role}`,
  ];
}

/**
 * Gives app_rw data access without DDL and app_ro reading, as far as these roles exist. Run by the owner of the
 * schemas after every migration; repeating it changes nothing.
 */
export async function grantAccess(owner: SqlExecutor): Promise<void> {
  const { rows } = await owner.query(`SELECT rolname FROM pg_roles WHERE rolname IN ('app_rw', 'app_ro')`);
  const present = new Set(rows.map((row) => row['rolname']));
  const statements: string[] = [];
  for (const schema of SCHEMAS) {
    if (present.has('app_rw')) {
      statements.push(
        ...grantsFor(schema, 'app_rw', 'SELECT, INSERT, UPDATE, DELETE'),
        `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO app_rw`,
        `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT USAGE ON SEQUENCES TO app_rw`,
        `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO app_rw`,
      );
    }
    if (present.has('app_ro')) statements.push(...grantsFor(schema, 'app_ro', 'SELECT'));
  }
  // The history of migrations is the migrator's own.
  if (present.has('app_rw'))
    statements.push('REVOKE INSERT, UPDATE, DELETE ON app.schema_migrations FROM app_rw');
  for (const statement of statements) await owner.query(statement);
}
