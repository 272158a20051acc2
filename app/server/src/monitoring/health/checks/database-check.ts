import type { DatabaseConnector } from '../../../database/connector.ts';
import type { Database } from '../../../database/sql.ts';
import type { ComponentCheck, Finding } from '../component.ts';

/** Readiness follows it, so it is looked at as often as a probe would ask. */
const INTERVAL_MS = 2_000;
const TIMEOUT_MS = 1_000;

/** A connection of the pool is had, and PostgreSQL answers on it. */
export class DatabaseCheck implements ComponentCheck {
  readonly component = 'database';
  readonly intervalMs = INTERVAL_MS;
  readonly timeoutMs = TIMEOUT_MS;

  constructor(
    private readonly database: Database,
    private readonly connector: DatabaseConnector,
  ) {}

  async check(): Promise<Finding> {
    // A database without its tables answers all the same; they are another component's matter.
    if (!this.connector.hasConnected) throw new Error(this.connector.obstacle);
    await this.database.query('SELECT 1');
    return { status: 'up' };
  }
}
