import type { MigrationInterface, QueryRunner } from 'typeorm';

export class UserSecrets1795680120000 implements MigrationInterface {
  readonly name = 'UserSecrets1795680120000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(USER_SECRETS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE app.user_secrets');
  }
}

/**
 * Secrets that users hand to the platform for later use. `sealed` is an envelope (`secrets/`) bound to table, column and
 * id. `fingerprint` tells one value from another and nothing about it: `KID.HMAC` under a pepper, for people to compare;
 * nothing is looked up by it, so it may outlive its pepper.
 */
const USER_SECRETS = `
  CREATE TABLE app.user_secrets (
    id            uuid NOT NULL CONSTRAINT user_secrets_pkey PRIMARY KEY,
    user_id       uuid NOT NULL CONSTRAINT user_secrets_user_fkey REFERENCES app.users ON DELETE CASCADE,
    kind          text NOT NULL
                  CONSTRAINT user_secrets_kind_check
                  CHECK (kind IN ('ai-api-key', 'webhook-secret', 'smtp-password')),
    name          text NOT NULL,
    sealed        text NOT NULL,
    fingerprint   text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    last_used_at  timestamptz,
    CONSTRAINT user_secrets_name_key UNIQUE (user_id, kind, name)
  )`;
