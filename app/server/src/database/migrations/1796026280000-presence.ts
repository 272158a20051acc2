import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * When servers and workers wrote samples without a gap, and when the database gave no answer. Roll-ups say of five minutes
 * only what those samples were that came, and an alert goes on in healthy time, so neither tells how long nobody was there.
 */
export class Presence1796026280000 implements MigrationInterface {
  readonly name = 'Presence1796026280000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [PRESENCE, OUTAGES, PRESENCE_SO_FAR, OUTAGES_SO_FAR, OBSERVED])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE app.operations_reports DROP COLUMN observed');
    await runner.query('DROP TABLE app.database_outages');
    await runner.query('DROP TABLE app.presence');
  }
}

/** From the first sample of any process of the role to the last; two spans of a role never touch. */
const PRESENCE = `
  CREATE TABLE app.presence (
    role      text NOT NULL,
    began_at  timestamptz NOT NULL,
    ended_at  timestamptz NOT NULL,
    CONSTRAINT presence_pkey PRIMARY KEY (role, began_at),
    CONSTRAINT presence_order_check CHECK (began_at <= ended_at)
  )`;

/** What one process saw: from the first look that had no answer to the last. Sure: no server wrote a sample that was due in it. */
const OUTAGES = `
  CREATE TABLE app.database_outages (
    process        text NOT NULL,
    began_at       timestamptz NOT NULL,
    ended_at       timestamptz NOT NULL,
    is_sure        boolean NOT NULL,
    CONSTRAINT database_outages_pkey PRIMARY KEY (process, began_at),
    CONSTRAINT database_outages_order_check CHECK (began_at <= ended_at)
  )`;

/** Of before, as exact as it is rolled up: windows that have a sample. Hours only where there is nothing finer. */
const PRESENCE_SO_FAR = `
  INSERT INTO app.presence (role, began_at, ended_at)
  SELECT role, min(began), max(ended)
    FROM (SELECT role, began, ended, count(*) FILTER (WHERE is_new) OVER (PARTITION BY role ORDER BY ended, began) AS island
            FROM (SELECT role, began, ended,
                         coalesce(began > lag(ended) OVER (PARTITION BY role ORDER BY ended, began), true) AS is_new
                    FROM (SELECT DISTINCT role, at - make_interval(secs => step_seconds) AS began, at AS ended
                            FROM app.metric_rollups AS r
                           WHERE step_seconds = 300
                              OR at <= coalesce((SELECT min(at) FROM app.metric_rollups WHERE step_seconds = 300),
                                                'infinity')) AS windows) AS marked) AS islands
   GROUP BY role, island`;

/** Of before the alerts tell, which are longer than what they are about: they say why nobody wrote, and no more. */
const OUTAGES_SO_FAR = `
  INSERT INTO app.database_outages (process, began_at, ended_at, is_sure)
  SELECT 'alert ' || id, started_at, seen_at, false FROM app.alerts
   WHERE rule = 'DatabaseDown' AND fired_at IS NOT NULL AND started_at <= seen_at`;

/** Share of the period that was observed, beside the availability of what was; null: of before. */
const OBSERVED = 'ALTER TABLE app.operations_reports ADD COLUMN observed double precision';
