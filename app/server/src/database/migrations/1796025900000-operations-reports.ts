import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OperationsReports1796025900000 implements MigrationInterface {
  readonly name = 'OperationsReports1796025900000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(REPORTS);
    await runner.query(REPORTS_NEWEST);
    await runner.query(ALERTS_BY_END);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX app.alerts_by_end');
    await runner.query('DROP TABLE app.operations_reports');
  }
}

/**
 * One row per kind and period, so that of several workers that make the same report one tells it. `model` is all that it
 * says, in figures; what lists show of it stands beside it. `told_at` is when it was handed to the channels: one that somebody
 * made for himself is still to be told when the schedule says so.
 */
const REPORTS = `
  CREATE TABLE app.operations_reports (
    id            uuid NOT NULL CONSTRAINT operations_reports_pkey PRIMARY KEY,
    kind          text NOT NULL CONSTRAINT operations_reports_kind_check CHECK (kind IN ('daily', 'weekly')),
    period_from   timestamptz NOT NULL,
    period_to     timestamptz NOT NULL,
    created_at    timestamptz NOT NULL,
    told_at       timestamptz,
    availability  double precision,
    incidents     integer NOT NULL,
    verdict       text NOT NULL,
    model         jsonb NOT NULL,
    CONSTRAINT operations_reports_period_key UNIQUE (kind, period_from, period_to),
    CONSTRAINT operations_reports_order_check CHECK (period_from < period_to)
  )`;

const REPORTS_NEWEST =
  'CREATE INDEX operations_reports_newest ON app.operations_reports (created_at DESC, id DESC)';

/** What went on in a span of time: without it a report reads all alerts there ever were. */
const ALERTS_BY_END = `CREATE INDEX alerts_by_end ON app.alerts (resolved_at) WHERE state = 'resolved'`;
