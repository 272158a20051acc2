import { ALERTS_LEASE } from '../alerts-lease.ts';

/** Times are the database's, so that the clocks of workers need not agree. */
export const JOIN = `
  INSERT INTO app.alert_workers (holder, address, since, seen_at)
  VALUES ($1, $2, clock_timestamp(), clock_timestamp())
  ON CONFLICT (holder) DO UPDATE SET address = excluded.address, seen_at = excluded.seen_at`;

/** Who leads, then whoever is there longest: the same order for all. */
export const LINE = `
  SELECT worker.holder AS process, worker.address
    FROM app.alert_workers AS worker
    LEFT JOIN app.monitoring_leases AS lease ON lease.name = '${ALERTS_LEASE}' AND lease.holder = worker.holder
   WHERE worker.seen_at > clock_timestamp() - make_interval(secs => $1)
   ORDER BY lease.holder IS NULL, worker.since, worker.holder`;

export const LEAVE = 'DELETE FROM app.alert_workers WHERE holder = $1';

/** Who died without a word. */
export const FORGET = `DELETE FROM app.alert_workers WHERE seen_at < now() - interval '1 hour'`;
