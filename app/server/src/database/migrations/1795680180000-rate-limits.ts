import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Requests by budget and by who made them, of this minute and the one before. UNLOGGED: counts of two minutes are worth
 * no write-ahead log, and a crash may begin them anew. Room in each page keeps updates within it.
 */
export class RateLimits1795680180000 implements MigrationInterface {
  readonly name = 'RateLimits1795680180000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE app.rate_limits (
        key            text NOT NULL CONSTRAINT rate_limits_pkey PRIMARY KEY,
        minute         integer NOT NULL,
        hits           integer NOT NULL,
        previous_hits  integer NOT NULL
      ) WITH (fillfactor = 60)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE app.rate_limits');
  }
}
