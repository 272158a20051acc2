import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The newest error of a kind of which people were told, or when they decided about the kind: what begins while the database
 * is away is as a rule what that brought, and nobody is told of it, unless it goes on afterwards. The kinds that there are
 * now, and those that a process of the release before writes during an upgrade, are taken for told.
 */
export class ToldErrors1796026300000 implements MigrationInterface {
  readonly name = 'ToldErrors1796026300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE app.tracked_errors ADD COLUMN told_at timestamptz DEFAULT now()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE app.tracked_errors DROP COLUMN told_at');
  }
}
