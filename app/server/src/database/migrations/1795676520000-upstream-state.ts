import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What all workers share about the outside: budgets of calls per host, and which functions are resting. */
export class UpstreamState1795676520000 implements MigrationInterface {
  readonly name = 'UpstreamState1795676520000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [BUDGETS, CIRCUITS, ANSWERS, QUESTIONS]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['upstream_questions', 'upstream_answers', 'upstream_circuits', 'upstream_budgets'])
      await runner.query(`DROP TABLE app.${table}`);
  }
}

/**
 * A token bucket per host; below zero after a call that cost more than the bucket holds. Until \`reserved_until\` nobody
 * but the question \`reserved_for\` is served.
 */
const BUDGETS = `
  CREATE TABLE app.upstream_budgets (
    host            text NOT NULL CONSTRAINT upstream_budgets_pkey PRIMARY KEY,
    tokens          double precision NOT NULL,
    refilled_at     timestamptz NOT NULL,
    reserved_for    text,
    reserved_until  timestamptz
  )`;

/**
 * A circuit breaker per function: open where \`open_until\` is set. When that time has passed, whoever moves it on may
 * make the one call of the next cool-down; \`openings\` counts the cool-downs in a row.
 */
const CIRCUITS = `
  CREATE TABLE app.upstream_circuits (
    function     text NOT NULL CONSTRAINT upstream_circuits_pkey PRIMARY KEY,
    failures     integer NOT NULL,
    openings     integer NOT NULL DEFAULT 0,
    opened_at    timestamptz,
    open_until   timestamptz,
    last_error   text NOT NULL,
    changed_at   timestamptz NOT NULL,
    CONSTRAINT upstream_circuits_open_check CHECK ((openings > 0) = (open_until IS NOT NULL))
  )`;

/**
 * The last good answer to small whole-market questions, so that it outlives the process that asked. Text, as it came:
 * it is checked again by whoever reads it, and jsonb would refuse an escaped NUL.
 */
const ANSWERS = `
  CREATE TABLE app.upstream_answers (
    key         text NOT NULL CONSTRAINT upstream_answers_pkey PRIMARY KEY,
    function    text NOT NULL,
    body        text NOT NULL,
    fetched_at  timestamptz NOT NULL
  )`;

/** Who asks a question about the whole market now: one worker until \`asked_until\`, and the others wait for its answer. */
const QUESTIONS = `
  CREATE TABLE app.upstream_questions (
    key          text NOT NULL CONSTRAINT upstream_questions_pkey PRIMARY KEY,
    asked_until  timestamptz NOT NULL
  )`;
