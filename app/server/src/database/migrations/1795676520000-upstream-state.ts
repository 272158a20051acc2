import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What all workers share about the outside: budgets of calls per host, and which functions are resting. */
export class UpstreamState1795676520000 implements MigrationInterface {
  readonly name = 'UpstreamState1795676520000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [BUDGETS, CIRCUITS, ANSWERS]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['upstream_answers', 'upstream_circuits', 'upstream_budgets'])
      await runner.query(`DROP TABLE app.${table}`);
  }
}

/** A token bucket per host. */
const BUDGETS = `
  CREATE TABLE app.upstream_budgets (
    host         text NOT NULL CONSTRAINT upstream_budgets_pkey PRIMARY KEY,
    tokens       double precision NOT NULL,
    refilled_at  timestamptz NOT NULL
  )`;

/** A circuit breaker per function; \`probe_until\` is the lease of the one call that may try while it is open. */
const CIRCUITS = `
  CREATE TABLE app.upstream_circuits (
    function     text NOT NULL CONSTRAINT upstream_circuits_pkey PRIMARY KEY,
    failures     integer NOT NULL DEFAULT 0,
    opened_at    timestamptz,
    open_until   timestamptz,
    probe_until  timestamptz,
    openings     integer NOT NULL DEFAULT 0,
    last_error   text,
    changed_at   timestamptz NOT NULL DEFAULT now()
  )`;

/** The last good answer of small whole-market questions, so that it outlives the process that asked. */
const ANSWERS = `
  CREATE TABLE app.upstream_answers (
    key         text NOT NULL CONSTRAINT upstream_answers_pkey PRIMARY KEY,
    function    text NOT NULL,
    origin      text NOT NULL,
    answer      jsonb NOT NULL,
    fetched_at  timestamptz NOT NULL
  )`;
