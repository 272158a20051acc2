import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MetricHistory1796025660000 implements MigrationInterface {
  readonly name = 'MetricHistory1796025660000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [LAYOUTS, FRAMES, ROLLUPS, ...INDEXES]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['metric_rollups', 'metric_frames', 'metric_layouts'])
      await runner.query(`DROP TABLE app.${table}`);
  }
}

/** Which value of a frame is what: `[{metric, kind, labels}, …]`. */
const LAYOUTS = `
  CREATE TABLE app.metric_layouts (
    id       bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT metric_layouts_pkey PRIMARY KEY,
    hash     text NOT NULL CONSTRAINT metric_layouts_hash_key UNIQUE,
    series   jsonb NOT NULL
  )`;

/**
 * All values of one process at one moment in one row: a row for each value would be ten times as large, most of it time
 * stamps and keys that say the same. NaN: the series had no value.
 */
const FRAMES = `
  CREATE TABLE app.metric_frames (
    at        timestamptz NOT NULL,
    role      text NOT NULL,
    instance  text NOT NULL,
    layout    bigint NOT NULL CONSTRAINT metric_frames_layout_fkey REFERENCES app.metric_layouts,
    readings  double precision[] NOT NULL,
    CONSTRAINT metric_frames_pkey PRIMARY KEY (instance, at)
  )`;

/** What the frames of all processes of a role had in the time that ends at \`at\`. */
const ROLLUPS = `
  CREATE TABLE app.metric_rollups (
    step_seconds  integer NOT NULL CONSTRAINT metric_rollups_step_check CHECK (step_seconds IN (300, 3600)),
    at            timestamptz NOT NULL,
    role          text NOT NULL,
    layout        bigint NOT NULL CONSTRAINT metric_rollups_layout_fkey REFERENCES app.metric_layouts,
    counts        integer[] NOT NULL,
    sums          double precision[] NOT NULL,
    smallest      double precision[] NOT NULL,
    largest       double precision[] NOT NULL,
    CONSTRAINT metric_rollups_pkey PRIMARY KEY (step_seconds, at, role, layout)
  )`;

const INDEXES = [
  'CREATE INDEX metric_frames_by_layout ON app.metric_frames (layout, at)',
  'CREATE INDEX metric_frames_by_time ON app.metric_frames (at)',
  'CREATE INDEX metric_rollups_by_layout ON app.metric_rollups (layout, step_seconds, at)',
];
