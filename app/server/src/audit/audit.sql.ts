/** A record as the API reads it. */
export interface RecordRow {
  readonly seq: string;
  readonly hash: string;
  readonly record: string;
}

const COLUMNS = `seq, encode(hash, 'hex') AS hash, record`;

/**
 * $1 actor, $2 beginning of the action, $3 kind and $4 id of the object, $5 outcome, $6 from, $7 to, $8 before this number;
 * each null or what is asked for. $9: how many. No character of an action comes after ~.
 */
export const PAGE = `
  SELECT ${COLUMNS} FROM app.audit_log
   WHERE ($1::uuid IS NULL OR actor_id = $1)
     AND ($2::text IS NULL OR (action >= $2 AND action < $2 || '~'))
     AND ($3::text IS NULL OR object_kind = $3) AND ($4::text IS NULL OR object_id = $4)
     AND ($5::text IS NULL OR outcome = $5)
     AND ($6::timestamptz IS NULL OR at >= $6) AND ($7::timestamptz IS NULL OR at < $7)
     AND ($8::bigint IS NULL OR seq < $8)
   ORDER BY seq DESC LIMIT $9`;

export interface Bounds {
  readonly first: number | null;
  readonly last: number | null;
}

/**
 * First and last record from $1 on and before $2, of at most $3. Where the database's clock was set back, records of
 * another time lie between them.
 */
export const BOUNDS = `
  SELECT min(seq)::float8 AS first, max(seq)::float8 AS last
    FROM (SELECT seq FROM app.audit_log WHERE at >= $1::timestamptz AND at < $2::timestamptz ORDER BY at LIMIT $3) AS found`;

/** After $1 and up to $2, at most $3. */
export const NEXT = `SELECT ${COLUMNS} FROM app.audit_log WHERE seq > $1::bigint AND seq <= $2::bigint ORDER BY seq LIMIT $3`;

export const HASH_OF = `SELECT encode(hash, 'hex') AS hash FROM app.audit_log WHERE seq = $1::bigint`;
