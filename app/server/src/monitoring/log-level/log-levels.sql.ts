/** Times are the database's, so that the clocks of processes need not agree. */
export const ORDERED = `
  SELECT level, extract(epoch FROM ends_at - now())::float8 AS "secondsLeft"
    FROM app.log_level_orders WHERE role = $1 AND ends_at > now()`;

export const TELL = `
  INSERT INTO app.log_level_processes (process, role, level, configured, seen_at) VALUES ($1, $2, $3, $4, now())
  ON CONFLICT (process) DO UPDATE
     SET level = excluded.level, configured = excluded.configured, seen_at = excluded.seen_at`;

export const LEAVE = 'DELETE FROM app.log_level_processes WHERE process = $1';

/** Who died without a word. */
export const FORGET = `DELETE FROM app.log_level_processes WHERE seen_at < now() - interval '1 hour'`;

export const ORDER = `
  INSERT INTO app.log_level_orders (role, level, reason, set_by, ends_at)
  SELECT role, $2, $3, $4, now() + make_interval(mins => $5) FROM unnest($1::text[]) AS role ORDER BY role
  ON CONFLICT (role) DO UPDATE
     SET level = excluded.level, reason = excluded.reason, set_by = excluded.set_by, set_at = now(),
         ends_at = excluded.ends_at`;

export const END = 'DELETE FROM app.log_level_orders WHERE ends_at > now() RETURNING role, level';

export const ORDERS = `
  SELECT role, level, reason, set_by AS "setBy", set_at AS "setAt", ends_at AS until
    FROM app.log_level_orders WHERE ends_at > now() ORDER BY role`;

/** A process that ended without a word is shown no more after a minute. */
export const PROCESSES = `
  SELECT process, role, level, configured, seen_at AS "seenAt" FROM app.log_level_processes
   WHERE seen_at > now() - interval '1 minute' ORDER BY role, process`;
