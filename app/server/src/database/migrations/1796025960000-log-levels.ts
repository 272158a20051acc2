import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LogLevels1796025960000 implements MigrationInterface {
  readonly name = 'LogLevels1796025960000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ORDERS);
    await runner.query(PROCESSES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE app.log_level_processes');
    await runner.query('DROP TABLE app.log_level_orders');
  }
}

/** How much processes of a role write for a while; afterwards what they are configured with. At most one row for a role. */
const ORDERS = `
  CREATE TABLE app.log_level_orders (
    role      text NOT NULL CONSTRAINT log_level_orders_pkey PRIMARY KEY
              CONSTRAINT log_level_orders_role_check CHECK (role IN ('server', 'worker')),
    level     text NOT NULL,
    reason    text NOT NULL,
    set_by    uuid CONSTRAINT log_level_orders_user_fkey REFERENCES app.users ON DELETE SET NULL,
    set_at    timestamptz NOT NULL DEFAULT now(),
    ends_at   timestamptz NOT NULL
  )`;

/** What each process writes now, and is configured with. */
const PROCESSES = `
  CREATE TABLE app.log_level_processes (
    process     text NOT NULL CONSTRAINT log_level_processes_pkey PRIMARY KEY,
    role        text NOT NULL,
    level       text NOT NULL,
    configured  text NOT NULL,
    seen_at     timestamptz NOT NULL
  )`;
