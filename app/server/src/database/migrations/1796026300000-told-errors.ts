import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * When people were told of a kind of errors, or decided about it: what begins while the database is away is as a rule what
 * that brought, and nobody is told of it, unless it goes on afterwards. Of those there are now they were told.
 */
export class ToldErrors1796026300000 implements MigrationInterface {
  readonly name = 'ToldErrors1796026300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE app.tracked_errors ADD COLUMN told_at timestamptz');
    await runner.query('UPDATE app.tracked_errors SET told_at = last_seen_at');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE app.tracked_errors DROP COLUMN told_at');
  }
}
