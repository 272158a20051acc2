import { randomUUID } from 'node:crypto';
import type { Sql } from '../database/sql.ts';

const LEAST_SECONDS = 30;

const TAKE = `
  INSERT INTO app.monitoring_leases (name, holder, expires_at)
  VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
  ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
    WHERE monitoring_leases.holder = excluded.holder OR monitoring_leases.expires_at < clock_timestamp()
  RETURNING holder`;

/** A time in which the database was not there for whoever led, milliseconds since 1970. */
export interface Silence {
  readonly from: number;
  readonly to: number;
}

const SILENCE = `
  SELECT expires_at - make_interval(secs => $1) AS "from", pg_postmaster_start_time() AS "to"
    FROM app.monitoring_leases
   WHERE name = 'alerts' AND expires_at < clock_timestamp()
     AND pg_postmaster_start_time() > expires_at - make_interval(secs => $1)`;

/** A lease that nobody gave back, and since whose last renewal the database has been started: both were gone at the same time. */
export async function silenceBefore(sql: Sql, seconds = LEAST_SECONDS): Promise<Silence | undefined> {
  const [row] = await sql.query<{ from: Date; to: Date }>(SILENCE, [seconds]);
  return row && { from: row.from.getTime(), to: row.to.getTime() };
}

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
