import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ErrorsAndPerformance1796025840000 implements MigrationInterface {
  readonly name = 'ErrorsAndPerformance1796025840000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      ERRORS,
      ERRORS_NEWEST,
      ERROR_HOURS,
      ERROR_HOURS_BY_TIME,
      SLOW_RECORDS,
      ...SLOW_INDEXES,
    ])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['slow_records', 'tracked_error_hours', 'tracked_errors'])
      await runner.query(`DROP TABLE app.${table}`);
  }
}

/**
 * Errors by what is wrong, not by how often it was: one row for each fingerprint. `samples`: the newest times that it
 * happened, newest first, [{at, requestId?, traceId?, userId?, runId?, process}]. `version`: of the program that had it last.
 */
const ERRORS = `
  CREATE TABLE app.tracked_errors (
    id               uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT tracked_errors_pkey PRIMARY KEY,
    fingerprint      text NOT NULL CONSTRAINT tracked_errors_fingerprint_key UNIQUE,
    type             text NOT NULL,
    message          text NOT NULL,
    stack            text,
    role             text NOT NULL,
    level            text NOT NULL CONSTRAINT tracked_errors_level_check CHECK (level IN ('error', 'fatal')),
    context          jsonb NOT NULL,
    version          text NOT NULL,
    count            bigint NOT NULL,
    first_seen_at    timestamptz NOT NULL,
    last_seen_at     timestamptz NOT NULL,
    last_request_id  text,
    last_trace_id    text,
    samples          jsonb NOT NULL,
    status           text NOT NULL DEFAULT 'open'
                     CONSTRAINT tracked_errors_status_check CHECK (status IN ('open', 'resolved', 'ignored')),
    status_at        timestamptz,
    status_by        uuid CONSTRAINT tracked_errors_user_fkey REFERENCES app.users ON DELETE SET NULL,
    status_reason    text,
    regressed_at     timestamptz
  )`;

const ERRORS_NEWEST = 'CREATE INDEX tracked_errors_newest ON app.tracked_errors (last_seen_at DESC, id DESC)';

/** How often, by the hour that begins at \`hour\`. */
const ERROR_HOURS = `
  CREATE TABLE app.tracked_error_hours (
    error_id  uuid NOT NULL CONSTRAINT tracked_error_hours_error_fkey REFERENCES app.tracked_errors ON DELETE CASCADE,
    hour      timestamptz NOT NULL,
    count     bigint NOT NULL,
    CONSTRAINT tracked_error_hours_pkey PRIMARY KEY (error_id, hour)
  )`;

const ERROR_HOURS_BY_TIME = 'CREATE INDEX tracked_error_hours_by_time ON app.tracked_error_hours (hour)';

/** What took longer than it should have. `name` is one of few: of a statement, a route, a queue. At most some thousands of rows. */
const SLOW_RECORDS = `
  CREATE TABLE app.slow_records (
    id            uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT slow_records_pkey PRIMARY KEY,
    kind          text NOT NULL
                  CONSTRAINT slow_records_kind_check CHECK (kind IN ('query', 'route', 'job', 'event-loop')),
    name          text NOT NULL,
    milliseconds  double precision NOT NULL,
    at            timestamptz NOT NULL,
    process       text NOT NULL,
    role          text NOT NULL,
    request_id    text,
    trace_id      text,
    detail        jsonb NOT NULL
  )`;

const SLOW_INDEXES = [
  'CREATE INDEX slow_records_newest ON app.slow_records (at DESC, id DESC)',
  'CREATE INDEX slow_records_newest_by_kind ON app.slow_records (kind, at DESC, id DESC)',
];
