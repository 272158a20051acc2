import type { ClientBase } from 'pg';

const SCHEMAS = ['app', 'jobs'] as const;

function grantsFor(schema: string, role: string, tableRights: string): string[] {
  return [
    `GRANT USAGE ON SCHEMA ${schema} TO ${role}`,
    `GRANT ${tableRights} ON ALL TABLES IN SCHEMA ${schema} TO ${role}`,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT ${tableRights} ON TABLES TO ${role}`,
  ];
}

/** The history of migrations is the migrator's own, and records of the audit log are added and never changed. */
const EXCEPTIONS = [
  'REVOKE INSERT, UPDATE, DELETE ON app.schema_migrations FROM app_rw',
  'REVOKE ALL ON app.audit_log FROM app_rw',
  'GRANT SELECT, INSERT (record) ON app.audit_log TO app_rw',
  'REVOKE EXECUTE ON FUNCTION app.append_audit_record(), app.refuse_audit_change() FROM app_rw',
];

/** What shows who somebody is, or could help to be taken for them; whoever only reads needs none of it. */
const CLOSED_TO_READERS = [
  'users',
  'recovery_codes',
  'sessions',
  'api_keys',
  'api_key_secrets',
  'user_secrets',
  'login_failures',
  'bootstrap_uses',
  'notification_deliveries',
  'tracked_errors',
] as const;

/**
 * Gives app_rw data access without DDL and app_ro reading, as far as these roles exist. Run by the owner of the
 * schemas after every migration; repeating it changes nothing. What is given to all tables and taken from some is one
 * transaction: there is no moment in which it can be used.
 */
export async function grantAccess(owner: ClientBase): Promise<void> {
  const { rows } = await owner.query<{ rolname: string }>(
    `SELECT rolname FROM pg_roles WHERE rolname IN ('app_rw', 'app_ro')`,
  );
  const present = new Set(rows.map((row) => row.rolname));
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
  if (present.has('app_rw')) statements.push(...EXCEPTIONS);
  if (present.has('app_ro'))
    statements.push(...CLOSED_TO_READERS.map((table) => `REVOKE SELECT ON app.${table} FROM app_ro`));
  // Several statements in one query are one transaction.
  await owner.query(statements.join(';\n'));
}
