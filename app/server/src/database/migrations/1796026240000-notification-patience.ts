import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `not_before`: the other side of the channel asked to be left alone until then, whatever there is to tell. The index finds
 * ends of alerts that nobody could be told.
 */
export class NotificationPatience1796026240000 implements MigrationInterface {
  readonly name = 'NotificationPatience1796026240000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE app.notification_channels ADD COLUMN not_before timestamptz');
    await runner.query(
      `CREATE INDEX alerts_told_end ON app.alerts (resolved_at) WHERE state = 'resolved' AND told = 'resolved'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX app.alerts_told_end');
    await runner.query('ALTER TABLE app.notification_channels DROP COLUMN not_before');
  }
}
