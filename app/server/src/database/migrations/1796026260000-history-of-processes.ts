import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the history needs to put processes together and to tell a pause of the database from traffic. All of it is null in rows
 * that were written before.
 *
 * `since` of a frame: from when on its counters gained what it says; longer ago than a sample where the database took none.
 * `samples_each` of a roll-up: how many samples a process has that was there whenever any process of the role was, so a sum of
 * samples divided by it is what they had together. `seconds`: in what time its counters gained what it says.
 */
export class HistoryOfProcesses1796026260000 implements MigrationInterface {
  readonly name = 'HistoryOfProcesses1796026260000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE app.metric_frames ADD COLUMN since timestamptz');
    await runner.query(
      'ALTER TABLE app.metric_rollups ADD COLUMN samples_each double precision, ADD COLUMN seconds double precision',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE app.metric_rollups DROP COLUMN samples_each, DROP COLUMN seconds');
    await runner.query('ALTER TABLE app.metric_frames DROP COLUMN since');
  }
}
