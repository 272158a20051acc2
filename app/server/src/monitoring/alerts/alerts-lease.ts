import { Injectable } from '@nestjs/common';
import type { Sql } from '../../database/sql.ts';
import { Lease } from '../lease.ts';
import { AlertTiming } from './alert-timing.ts';

/** Name of the lease of who judges the rules. */
export const ALERTS_LEASE = 'alerts';

/** Whoever holds it judges the rules. */
@Injectable()
export class AlertsLease extends Lease {
  constructor({ leaseSeconds }: AlertTiming) {
    super(ALERTS_LEASE, leaseSeconds);
  }
}

/** A time in which the database was not there for whoever led, milliseconds since 1970. */
export interface Silence {
  readonly from: number;
  readonly to: number;
}

const SILENCE = `
  SELECT expires_at - make_interval(secs => $2) AS "from", pg_postmaster_start_time() AS "to"
    FROM app.monitoring_leases
   WHERE name = $1 AND expires_at < clock_timestamp()
     AND pg_postmaster_start_time() > expires_at - make_interval(secs => $2)`;

/**
 * A lease that nobody gave back, and since whose last renewal the database has been started: both were gone at the same time.
 * @param seconds how long a lease holds
 */
export async function silenceBefore(sql: Sql, seconds: number): Promise<Silence | undefined> {
  const [row] = await sql.query<{ from: Date; to: Date }>(SILENCE, [ALERTS_LEASE, seconds]);
  return row && { from: row.from.getTime(), to: row.to.getTime() };
}

/** Whether some worker leads at this moment. */
export async function isLed(sql: Sql): Promise<boolean> {
  const rows = await sql.query(
    'SELECT FROM app.monitoring_leases WHERE name = $1 AND expires_at >= clock_timestamp()',
    [ALERTS_LEASE],
  );
  return rows.length > 0;
}
