import { DATABASE } from '../naming/index.ts';
import { scramVerifier, verifierMatches } from './scram.ts';

/** A row of pg_authid, as far as we set it. */
export interface RoleFact {
  readonly name: string;
  readonly login: boolean;
  readonly inherit: boolean;
  readonly verifier: string | null;
  /** True when any of SUPERUSER, CREATEDB, CREATEROLE, REPLICATION, BYPASSRLS is set. */
  readonly privileged: boolean;
}

/** What the server knows of our roles and database. */
export interface DatabaseFacts {
  readonly roles: readonly RoleFact[];
  readonly memberships: readonly { readonly role: string; readonly member: string }[];
  readonly database:
    | {
        readonly owner: string;
        readonly grants: readonly { readonly grantee: string; readonly privilege: string }[];
      }
    | undefined;
}

export interface RolePasswords {
  readonly migrator: string;
  readonly app: string;
}

/** One statement and what it is for; the purpose is fit for a log, the SQL is not. */
export interface Statement {
  readonly purpose: string;
  readonly sql: string;
}

interface WantedRole {
  readonly name: string;
  readonly password?: string;
}

/** Who is a member of whom. */
const MEMBERSHIPS: readonly (readonly [role: string, member: string])[] = [
  [DATABASE.owner, DATABASE.migrator],
  [DATABASE.readWrite, DATABASE.login],
  ['pg_monitor', DATABASE.monitor],
];

/** Roles that may connect; the owner and its members may by ownership. */
const CONNECT = [DATABASE.readWrite, DATABASE.readOnly, DATABASE.monitor] as const;

const PUBLIC = 'public';

function wantedRoles(passwords: RolePasswords): WantedRole[] {
  return [
    { name: DATABASE.owner },
    { name: DATABASE.readWrite },
    { name: DATABASE.readOnly },
    { name: DATABASE.monitor },
    { name: DATABASE.migrator, password: passwords.migrator },
    { name: DATABASE.login, password: passwords.app },
  ];
}

/**
 * Statements that bring the server to what we want, in order; none where it is there already. Safe to repeat from any
 * point. `salt` gives fresh random bytes for each new verifier.
 */
export function planRoles(
  facts: DatabaseFacts,
  passwords: RolePasswords,
  salt: () => Uint8Array,
): Statement[] {
  return [
    ...wantedRoles(passwords).flatMap((role) => planRole(role, facts, salt)),
    ...planMemberships(facts),
    ...planDatabase(facts),
  ];
}

function planRole(wanted: WantedRole, facts: DatabaseFacts, salt: () => Uint8Array): Statement[] {
  const { name, password } = wanted;
  const live = facts.roles.find((role) => role.name === name);
  const login = password !== undefined;
  const attributes = `${login ? 'LOGIN' : 'NOLOGIN'} INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`;
  const secret = (): string => (login ? ` PASSWORD ${literal(scramVerifier(password, salt()))}` : '');
  if (!live) {
    return [
      { purpose: `create role ${name}`, sql: `CREATE ROLE ${identifier(name)} ${attributes}${secret()}` },
    ];
  }
  const statements: Statement[] = [];
  if (live.login !== login || !live.inherit || live.privileged) {
    statements.push({
      purpose: `correct attributes of role ${name}`,
      sql: `ALTER ROLE ${identifier(name)} ${attributes}`,
    });
  }
  if (login && !verifierMatches(live.verifier, password)) {
    statements.push({
      purpose: `set password of role ${name}`,
      sql: `ALTER ROLE ${identifier(name)}${secret()}`,
    });
  }
  return statements;
}

function planMemberships(facts: DatabaseFacts): Statement[] {
  return MEMBERSHIPS.filter(
    ([role, member]) => !facts.memberships.some((fact) => fact.role === role && fact.member === member),
  ).map(([role, member]) => ({
    purpose: `make ${member} a member of ${role}`,
    sql: `GRANT ${identifier(role)} TO ${identifier(member)}`,
  }));
}

function planDatabase(facts: DatabaseFacts): Statement[] {
  const name = identifier(DATABASE.name);
  const { database } = facts;
  const statements: Statement[] = [];
  if (!database) {
    statements.push({
      purpose: `create database ${DATABASE.name}`,
      sql: `CREATE DATABASE ${name} OWNER ${identifier(DATABASE.owner)}`,
    });
  } else if (database.owner !== DATABASE.owner) {
    statements.push({
      purpose: `correct owner of database ${DATABASE.name}`,
      sql: `ALTER DATABASE ${name} OWNER TO ${identifier(DATABASE.owner)}`,
    });
  }
  // A fresh database lets everybody connect.
  if (!database || database.grants.some(({ grantee }) => grantee === PUBLIC)) {
    statements.push({
      purpose: `close database ${DATABASE.name} to PUBLIC`,
      sql: `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`,
    });
  }
  const lacking = CONNECT.filter(
    (role) => !database?.grants.some(({ grantee, privilege }) => grantee === role && privilege === 'CONNECT'),
  );
  if (lacking.length > 0) {
    statements.push({
      purpose: `let ${lacking.join(', ')} connect to ${DATABASE.name}`,
      sql: `GRANT CONNECT ON DATABASE ${name} TO ${lacking.map(identifier).join(', ')}`,
    });
  }
  return statements;
}

/** Quoted identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quoted literal; only for texts without backslashes, which verifiers are. */
function literal(text: string): string {
  if (text.includes('\\')) throw new Error('a literal with a backslash is not expected here');
  return `'${text.replaceAll("'", "''")}'`;
}
