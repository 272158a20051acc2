import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Workers that can judge alerts, each with where the others may ask it while the database is silent. `holder` is what the
 * process holds leases by: one that was started again, in the same pod even, is another one.
 */
export class AlertWorkers1796026140000 implements MigrationInterface {
  readonly name = 'AlertWorkers1796026140000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE app.alert_workers (
        holder   uuid NOT NULL CONSTRAINT alert_workers_pkey PRIMARY KEY,
        address  text,
        since    timestamptz NOT NULL,
        seen_at  timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE app.alert_workers');
  }
}
