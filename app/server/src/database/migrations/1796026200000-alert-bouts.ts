import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An alert that comes back fires anew in its row: `fired_at` is of its last bout, `first_fired_at` of its first, and
 * `seconds_to_acknowledge` stays when the next bout takes the acknowledgement away. `unknown_since` counts the looks that
 * found nothing out. All are empty where a release before this one wrote the row.
 */
export class AlertBouts1796026200000 implements MigrationInterface {
  readonly name = 'AlertBouts1796026200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE app.alerts
        ADD COLUMN first_fired_at timestamptz,
        ADD COLUMN unknown_since timestamptz,
        ADD COLUMN seconds_to_acknowledge double precision`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE app.alerts
        DROP COLUMN first_fired_at, DROP COLUMN unknown_since, DROP COLUMN seconds_to_acknowledge`);
  }
}
