import type { Keyring } from '../common/configuration/keyrings.ts';
import type { Database } from '../database/sql.ts';
import { EnvelopeError, rewrap } from './envelope.ts';
import type { SealedColumn } from './sealed-columns.ts';

/** A transaction that holds this many rows for some milliseconds. */
const BATCH = 100;

/** One number for all replicas: hex of "rewrap". */
const ADVISORY_LOCK = 0x72_65_77_72_61_70;
const TRY_LOCK = 'SELECT pg_try_advisory_xact_lock($1) AS locked';

interface SealedRow {
  readonly id: string;
  readonly sealed: string;
}

export interface Batch {
  /** Where the next batch goes on; undefined: there is none. */
  readonly after: string | undefined;
  readonly rewrapped: number;
  /** Why values stay as they are. */
  readonly failures: readonly EnvelopeError[];
}

/** $1 kids, $2 id to go on after, $3 rows. What is rewrapped is not found again, so an interrupted job just begins anew. */
const due = (table: string, column: string): string => `
  SELECT id, ${column} AS sealed FROM app.${table}
  WHERE split_part(${column}, '.', 2) = ANY ($1) AND ($2::uuid IS NULL OR id > $2::uuid)
  ORDER BY id LIMIT $3 FOR NO KEY UPDATE`;

type ByTable = Readonly<Record<SealedColumn['table'], string>>;

const DUE: ByTable = { user_secrets: due('user_secrets', 'sealed'), users: due('users', 'totp_secret') };

/** $1 id, $2 sealed value */
const STORE: ByTable = {
  user_secrets: 'UPDATE app.user_secrets SET sealed = $2 WHERE id = $1',
  users: 'UPDATE app.users SET totp_secret = $2 WHERE id = $1',
};

/** @returns undefined while another replica is at it */
export function rewrapBatch(
  database: Database,
  keyring: Keyring,
  column: SealedColumn,
  after: string | undefined,
): Promise<Batch | undefined> {
  const kids = keyring.all().flatMap(({ kid, state }) => (state === 'retiring' ? [kid] : []));
  return database.transaction(async (sql) => {
    // Of the transaction, not of the session: it needs no connection of its own and cannot be left behind.
    const [lock] = await sql.query<{ locked: boolean }>(TRY_LOCK, [ADVISORY_LOCK]);
    if (lock?.locked !== true) return undefined;
    const rows = await sql.query<SealedRow>(DUE[column.table], [kids, after ?? null, BATCH]);
    const failures: EnvelopeError[] = [];
    for (const { id, sealed } of rows)
      try {
        await sql.query(STORE[column.table], [id, rewrap(sealed, { ...column, id }, keyring)]);
      } catch (error) {
        if (!(error instanceof EnvelopeError)) throw error;
        failures.push(error);
      }
    const next = rows.length < BATCH ? undefined : rows.at(-1)?.id;
    return { after: next, rewrapped: rows.length - failures.length, failures };
  });
}
