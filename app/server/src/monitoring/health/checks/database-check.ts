import type { DatabaseConnector } from '../../../database/connector.ts';
import type { Sql } from '../../../database/sql.ts';
import type { ComponentCheck, Finding } from '../component.ts';

/** Readiness follows it, so it is looked at as often as a probe would ask. */
const INTERVAL_MS = 2_000;
const TIMEOUT_MS = 1_000;

/** `transaction_read_only` is on in recovery, too. */
const WRITES = `
  SELECT current_setting('transaction_read_only') = 'on' AS "isReadOnly", pg_is_in_recovery() AS "isStandby"`;

interface Writes {
  readonly isReadOnly: boolean;
  readonly isStandby: boolean;
}

/** A connection of the pool is had, and PostgreSQL answers on it and takes writes. */
export class DatabaseCheck implements ComponentCheck {
  readonly component = 'database';
  readonly intervalMs = INTERVAL_MS;
  readonly timeoutMs = TIMEOUT_MS;

  constructor(
    private readonly database: Sql,
    private readonly connector: Pick<DatabaseConnector, 'hasConnected' | 'obstacle'>,
  ) {}

  async check(): Promise<Finding> {
    // A database without its tables answers all the same; they are another component's matter.
    if (!this.connector.hasConnected) throw new Error(this.connector.obstacle);
    const [found] = await this.database.query<Writes>(WRITES);
    return found?.isReadOnly === true ? readOnly(found) : { status: 'up' };
  }
}

/** What is stored is still answered, so it is not down. */
function readOnly({ isStandby }: Writes): Finding {
  const why = isStandby
    ? 'it is a standby, or not the primary any more: see where the address of the database leads'
    : 'default_transaction_read_only is on: see who set it, and whether the disk is full';
  return { status: 'degraded', message: `it answers and takes no writes: ${why}` };
}
