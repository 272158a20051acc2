import { describe, expect, it } from 'vitest';
import { identifier, planRoles, type DatabaseFacts } from './roles.ts';
import { scramVerifier } from './scram.ts';

const EMPTY: DatabaseFacts = { roles: [], memberships: [], database: undefined };
const PASSWORDS = { migrator: 'migrator-password', app: 'app-password' };
const salt = (): Uint8Array => new Uint8Array(16).fill(7);

const role = (name: string, password?: string): DatabaseFacts['roles'][number] => ({
  name,
  login: password !== undefined,
  inherit: true,
  privileged: false,
  verifier: password === undefined ? null : scramVerifier(password, salt()),
});

const SETTLED: DatabaseFacts = {
  roles: [
    ...['app_owner', 'app_rw', 'app_ro', 'app_monitor'].map((name) => role(name)),
    role('app_migrator', PASSWORDS.migrator),
    role('app_a', PASSWORDS.app),
  ],
  memberships: [
    { role: 'app_owner', member: 'app_migrator' },
    { role: 'app_rw', member: 'app_a' },
    { role: 'pg_monitor', member: 'app_monitor' },
  ],
  database: {
    owner: 'app_owner',
    grants: ['app_rw', 'app_ro', 'app_monitor'].map((grantee) => ({ grantee, privilege: 'CONNECT' })),
  },
};

const purposes = (facts: DatabaseFacts): string[] =>
  planRoles(facts, PASSWORDS, salt).map(({ purpose }) => purpose);

describe('planRoles', () => {
  it('writes nothing in a steady state', () => {
    expect(purposes(SETTLED)).toEqual([]);
  });

  it('creates everything on an empty server, owner before database', () => {
    expect(purposes(EMPTY)).toEqual([
      'create role app_owner',
      'create role app_rw',
      'create role app_ro',
      'create role app_monitor',
      'create role app_migrator',
      'create role app_a',
      'make app_migrator a member of app_owner',
      'make app_a a member of app_rw',
      'make app_monitor a member of pg_monitor',
      'create database stock_analysis',
      'close database stock_analysis to PUBLIC',
      'let app_rw, app_ro, app_monitor connect to stock_analysis',
    ]);
  });

  it('never puts a password in clear into SQL', () => {
    const sql = planRoles(EMPTY, PASSWORDS, salt)
      .map((statement) => statement.sql)
      .join('\n');
    expect(sql).not.toContain('password-');
    expect(sql).not.toMatch(/migrator-password|app-password/);
    expect(sql.match(/PASSWORD 'SCRAM-SHA-256\$/g)).toHaveLength(2);
  });

  it('sets only the password that differs', () => {
    const roles = SETTLED.roles.map((fact) => (fact.name === 'app_a' ? role('app_a', 'old') : fact));
    expect(purposes({ ...SETTLED, roles })).toEqual(['set password of role app_a']);
  });

  it('takes back privileges, logins and grants that are not ours', () => {
    const roles = SETTLED.roles.map((fact) =>
      fact.name === 'app_rw' ? { ...fact, login: true, privileged: true } : fact,
    );
    const database = {
      owner: 'postgres',
      grants: [...(SETTLED.database?.grants ?? []), { grantee: 'public', privilege: 'CONNECT' }],
    };
    expect(purposes({ ...SETTLED, roles, database })).toEqual([
      'correct attributes of role app_rw',
      'correct owner of database stock_analysis',
      'close database stock_analysis to PUBLIC',
    ]);
  });

  it('quotes identifiers', () => {
    expect(identifier('a"; DROP ROLE b')).toBe('"a""; DROP ROLE b"');
  });
});
