import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who may use the platform, and how they show that it is them. No secret stands here that could be used as it is. */
export class Accounts1795680000000 implements MigrationInterface {
  readonly name = 'Accounts1795680000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      USERS,
      RECOVERY_CODES,
      SESSIONS,
      SESSIONS_OF_USER,
      API_KEYS,
      API_KEYS_OF_USER,
      API_KEY_SECRETS,
      LOGIN_FAILURES,
      BOOTSTRAP_USES,
    ])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'bootstrap_uses',
      'login_failures',
      'api_key_secrets',
      'api_keys',
      'sessions',
      'recovery_codes',
      'users',
    ])
      await runner.query(`DROP TABLE app.${table}`);
  }
}

/**
 * `password_hash` describes itself (algorithm, cost, salt). The secret of the second factor is encrypted in an envelope
 * (`secrets/`); it counts once it is confirmed, and a step of it that was used never counts again.
 */
const USERS = `
  CREATE TABLE app.users (
    id                    uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT users_pkey PRIMARY KEY,
    username              text NOT NULL CONSTRAINT users_username_key UNIQUE
                          CONSTRAINT users_username_check CHECK (username = lower(username)),
    display_name          text NOT NULL,
    role                  text NOT NULL
                          CONSTRAINT users_role_check CHECK (role IN ('viewer', 'analyst', 'operator', 'admin')),
    password_hash         text NOT NULL,
    password_changed_at   timestamptz NOT NULL DEFAULT now(),
    must_change_password  boolean NOT NULL DEFAULT false,
    totp_secret           text,
    totp_confirmed_at     timestamptz,
    totp_last_step        bigint,
    disabled_at           timestamptz,
    last_login_at         timestamptz,
    created_at            timestamptz NOT NULL DEFAULT now()
  )`;

/** HMAC of each code under the pepper \`pepper_kid\`. */
const RECOVERY_CODES = `
  CREATE TABLE app.recovery_codes (
    user_id     uuid NOT NULL CONSTRAINT recovery_codes_user_fkey REFERENCES app.users ON DELETE CASCADE,
    code_hmac   bytea NOT NULL,
    pepper_kid  text NOT NULL,
    used_at     timestamptz,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hmac)
  )`;

/** SHA-256 of a random token. \`stepped_up_at\`: when the password was given last in this session. */
const SESSIONS = `
  CREATE TABLE app.sessions (
    id             uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT sessions_pkey PRIMARY KEY,
    user_id        uuid NOT NULL CONSTRAINT sessions_user_fkey REFERENCES app.users ON DELETE CASCADE,
    token_sha256   bytea NOT NULL CONSTRAINT sessions_token_key UNIQUE,
    created_at     timestamptz NOT NULL,
    last_seen_at   timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    stepped_up_at  timestamptz NOT NULL,
    revoked_at     timestamptz,
    address        text NOT NULL,
    user_agent     text
  )`;

const SESSIONS_OF_USER = 'CREATE INDEX sessions_user_index ON app.sessions (user_id)';

const API_KEYS = `
  CREATE TABLE app.api_keys (
    id            uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT api_keys_pkey PRIMARY KEY,
    user_id       uuid NOT NULL CONSTRAINT api_keys_user_fkey REFERENCES app.users ON DELETE CASCADE,
    public_id     text NOT NULL CONSTRAINT api_keys_public_id_key UNIQUE,
    name          text NOT NULL,
    scopes        text[] NOT NULL,
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz,
    last_used_at  timestamptz,
    revoked_at    timestamptz
  )`;

const API_KEYS_OF_USER = 'CREATE INDEX api_keys_user_index ON app.api_keys (user_id)';

/** Two rows while a key is rotated: the old secret until \`expires_at\`, and the new one. */
const API_KEY_SECRETS = `
  CREATE TABLE app.api_key_secrets (
    key_id       uuid NOT NULL CONSTRAINT api_key_secrets_key_fkey REFERENCES app.api_keys ON DELETE CASCADE,
    secret_hmac  bytea NOT NULL,
    pepper_kid   text NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    CONSTRAINT api_key_secrets_pkey PRIMARY KEY (key_id, secret_hmac)
  )`;

/** Failed attempts in a row, per account (its name as an HMAC, for a wrong one may be a password) and per address. */
const LOGIN_FAILURES = `
  CREATE TABLE app.login_failures (
    subject         text NOT NULL CONSTRAINT login_failures_pkey PRIMARY KEY,
    failures        integer NOT NULL,
    locked_until    timestamptz,
    last_failed_at  timestamptz NOT NULL
  )`;

/** Bootstrap tokens that made their administrator; each value does so once. */
const BOOTSTRAP_USES = `
  CREATE TABLE app.bootstrap_uses (
    token_sha256  bytea NOT NULL CONSTRAINT bootstrap_uses_pkey PRIMARY KEY,
    user_id       uuid NOT NULL,
    used_at       timestamptz NOT NULL DEFAULT now()
  )`;
