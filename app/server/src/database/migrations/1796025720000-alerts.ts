import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Alerts1796025720000 implements MigrationInterface {
  readonly name = 'Alerts1796025720000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [RULES, ALERTS, ...INDEXES, SUPPRESSIONS, SILENCES, SILENCES_BY_END, LEASES])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'monitoring_leases',
      'alert_silences',
      'alert_suppressions',
      'alerts',
      'alert_rules',
    ])
      await runner.query(`DROP TABLE app.${table}`);
  }
}

/** Rules of people, and what they changed of those of the platform; the rest stands in the code. */
const RULES = `
  CREATE TABLE app.alert_rules (
    name        text NOT NULL CONSTRAINT alert_rules_pkey PRIMARY KEY,
    definition  jsonb NOT NULL,
    updated_at  timestamptz NOT NULL,
    updated_by  uuid CONSTRAINT alert_rules_user_fkey REFERENCES app.users ON DELETE SET NULL
  )`;

/**
 * One row is one alert from its first breach to its end; one that comes back within its cool-down goes on in its row.
 * `transition` numbers what was told of it, `evaluated_at` keeps an engine that comes late from undoing what another saw.
 */
const ALERTS = `
  CREATE TABLE app.alerts (
    id               uuid NOT NULL CONSTRAINT alerts_pkey PRIMARY KEY,
    fingerprint      text NOT NULL,
    rule             text NOT NULL,
    severity         text NOT NULL CONSTRAINT alerts_severity_check CHECK (severity IN ('info', 'warning', 'critical')),
    labels           jsonb NOT NULL,
    summary          text NOT NULL,
    description      text NOT NULL,
    state            text NOT NULL CONSTRAINT alerts_state_check CHECK (state IN ('pending', 'firing', 'resolved')),
    value            double precision,
    limit_value      double precision,
    started_at       timestamptz NOT NULL,
    pending_since    timestamptz NOT NULL,
    fired_at         timestamptz,
    clear_since      timestamptz,
    seen_at          timestamptz NOT NULL,
    resolved_at      timestamptz,
    end_reason       text CONSTRAINT alerts_end_reason_check CHECK (end_reason IN ('clear', 'no-data', 'rule-removed')),
    evaluated_at     timestamptz NOT NULL,
    evaluations      bigint NOT NULL,
    reopened         integer NOT NULL,
    flaps            integer NOT NULL,
    told             text NOT NULL CONSTRAINT alerts_told_check CHECK (told IN ('nothing', 'firing', 'resolved')),
    told_firing_at   timestamptz,
    escalated_at     timestamptz,
    transition       integer NOT NULL,
    acknowledged_at  timestamptz,
    acknowledged_by  uuid CONSTRAINT alerts_user_fkey REFERENCES app.users ON DELETE SET NULL,
    acknowledgement  text
  )`;

const INDEXES = [
  `CREATE UNIQUE INDEX alerts_active_key ON app.alerts (fingerprint) WHERE state IN ('pending', 'firing')`,
  `CREATE INDEX alerts_by_rule ON app.alerts (rule, started_at DESC)`,
  `CREATE INDEX alerts_newest ON app.alerts (started_at DESC, id DESC)`,
];

/** What would have been told and was not, and why; counted, for a condition that flaps does it thousands of times. */
const SUPPRESSIONS = `
  CREATE TABLE app.alert_suppressions (
    alert_id   uuid NOT NULL CONSTRAINT alert_suppressions_alert_fkey REFERENCES app.alerts ON DELETE CASCADE,
    reason     text NOT NULL,
    count      bigint NOT NULL,
    first_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,
    CONSTRAINT alert_suppressions_pkey PRIMARY KEY (alert_id, reason)
  )`;

const SILENCES = `
  CREATE TABLE app.alert_silences (
    id          uuid NOT NULL CONSTRAINT alert_silences_pkey PRIMARY KEY,
    matchers    jsonb NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    comment     text NOT NULL,
    created_at  timestamptz NOT NULL,
    created_by  uuid CONSTRAINT alert_silences_user_fkey REFERENCES app.users ON DELETE SET NULL,
    CONSTRAINT alert_silences_order_check CHECK (starts_at < ends_at)
  )`;

const SILENCES_BY_END = 'CREATE INDEX alert_silences_by_end ON app.alert_silences (ends_at)';

/** Work that one process does for all: it holds the row until \`expires_at\`. */
const LEASES = `
  CREATE TABLE app.monitoring_leases (
    name        text NOT NULL CONSTRAINT monitoring_leases_pkey PRIMARY KEY,
    holder      uuid NOT NULL,
    expires_at  timestamptz NOT NULL
  )`;
