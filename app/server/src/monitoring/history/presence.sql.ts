/**
 * SQL: how many samples a process has that was there whenever any of these processes was. Their sums divided by it are what
 * they had together, also where one took the place of another, or nobody wrote for a while.
 *
 * An aggregate over one row for each process: `samples` are its number, `since` and `upto` the first and last of them, half a
 * sample further each, within the span of time that begins at `begun` and ends at `until`. The processes are there for the
 * union of these times, and a process has at least as many samples as the one that wrote most: a span that begins between
 * two samples is not shorter for it. It is a whole number, for what lies between the last sample and the end is not known.
 */
export const SAMPLES_EACH = `
  greatest(max(samples), round(sum(samples) / nullif(sum(extract(epoch FROM upto - since)), 0) * (
    SELECT sum(extract(epoch FROM upper(there) - lower(there)))
      FROM unnest(range_agg(tstzrange(greatest(since, begun), least(upto, until), '(]'))) AS there
  )))::double precision`;
