import { randomUUID } from 'node:crypto';
import type { Sql } from '../database/sql.ts';

const LEAST_SECONDS = 30;

const TAKE = `
  INSERT INTO app.monitoring_leases (name, holder, expires_at)
  VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
  ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
    WHERE monitoring_leases.holder = excluded.holder OR monitoring_leases.expires_at < clock_timestamp()
  RETURNING holder`;

/** Work that one of several processes does. The clock is the database's, so that theirs need not agree. */
export class Lease {
  readonly holder: string = randomUUID();
  /** Whether this process held it when it was last known; who leads now is not known while the database is silent. */
  private ledLast: boolean | undefined;

  /** For how long it holds; at least 30. */
  readonly seconds: number;

  constructor(
    private readonly name: string,
    seconds = LEAST_SECONDS,
  ) {
    this.seconds = Math.max(seconds, LEAST_SECONDS);
  }

  /** Undefined: the database has not answered yet since this process began. */
  get heldLast(): boolean | undefined {
    return this.ledLast;
  }

  /** Somebody else is known to hold it by now, though the database does not say so to this process. */
  lose(): void {
    if (this.ledLast === true) this.ledLast = false;
  }

  /** Takes the lease or goes on holding it. @returns whether this process holds it */
  async take(sql: Sql): Promise<boolean> {
    const rows = await sql.query(TAKE, [this.name, this.holder, this.seconds]);
    this.ledLast = rows.length > 0;
    return this.ledLast;
  }

  /** Gives it to whoever comes next, when this process ends. */
  async release(sql: Sql): Promise<void> {
    await sql.query('DELETE FROM app.monitoring_leases WHERE name = $1 AND holder = $2', [
      this.name,
      this.holder,
    ]);
  }
}
