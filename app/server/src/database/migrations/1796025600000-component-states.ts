import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What each process last saw of the components, so that one of them can tell of all. UNLOGGED: it is written anew every
 * 15 s, and after a crash of the database it is true again as soon. Room in each page keeps updates within it.
 */
export class ComponentStates1796025600000 implements MigrationInterface {
  readonly name = 'ComponentStates1796025600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE app.component_states (
        process           text NOT NULL,
        component         text NOT NULL,
        role              text NOT NULL,
        status            text NOT NULL CHECK (status IN ('up', 'degraded', 'down')),
        message           text NOT NULL,
        details           jsonb NOT NULL,
        response_time_ms  double precision NOT NULL,
        checked_at        timestamptz NOT NULL,
        last_success_at   timestamptz,
        told_at           timestamptz NOT NULL,
        CONSTRAINT component_states_pkey PRIMARY KEY (process, component)
      ) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE app.component_states');
  }
}
