import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A message that failed gives what it holds to the next one of its group, and a delivery that a later one about the same
 * alert overtook is not sent: both are `superseded`.
 */
export class SupersededNotifications1796026080000 implements MigrationInterface {
  readonly name = 'SupersededNotifications1796026080000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...WITHOUT_CHECKS, ...WITH_SUPERSEDED, BY_GROUP]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX app.notification_deliveries_by_group');
    for (const statement of [...WITHOUT_CHECKS, ...AS_DEAD, ...AS_BEFORE]) await runner.query(statement);
  }
}

const WITHOUT_CHECKS = [
  'ALTER TABLE app.notification_sendings DROP CONSTRAINT notification_sendings_state_check',
  'ALTER TABLE app.notification_deliveries DROP CONSTRAINT notification_deliveries_state_check',
];

const WITH_SUPERSEDED = [
  `ALTER TABLE app.notification_sendings ADD CONSTRAINT notification_sendings_state_check
     CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'dead', 'superseded'))`,
  `ALTER TABLE app.notification_deliveries ADD CONSTRAINT notification_deliveries_state_check
     CHECK (state IN ('queued', 'sent', 'failed', 'dead', 'superseded'))`,
];

/** What was told of a group last, and of an alert: those of one alert are of one group. */
const BY_GROUP = `
  CREATE INDEX notification_deliveries_by_group ON app.notification_deliveries (channel, group_key, seq)`;

/** They were not sent and never will be. */
const AS_DEAD = [
  `UPDATE app.notification_sendings SET state = 'dead' WHERE state = 'superseded'`,
  `UPDATE app.notification_deliveries SET state = 'dead' WHERE state = 'superseded'`,
];

const AS_BEFORE = [
  `ALTER TABLE app.notification_sendings ADD CONSTRAINT notification_sendings_state_check
     CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'dead'))`,
  `ALTER TABLE app.notification_deliveries ADD CONSTRAINT notification_deliveries_state_check
     CHECK (state IN ('queued', 'sent', 'failed', 'dead'))`,
];
