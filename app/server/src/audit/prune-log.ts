import type { ClientBase } from 'pg';
import { recordText } from './audit-record.ts';
import type { Link } from './hash-chain.ts';
import { linkText, PRUNE, type PruningDetails } from './prunings.ts';

export interface Pruned {
  readonly records: number;
  /** The last that went, and the record that says so. */
  readonly last: Link;
  readonly recordedAs: Link;
}

/** Whoever wants to write a record waits meanwhile: some 100 ms. */
const BATCH = 10_000;

/**
 * Records that lie before the first one of the day, by number: where the clock of the database was set back, some that
 * are older stay, so that what goes is always the beginning of the chain. NULLs where nothing goes.
 */
const BOUNDS = `
  SELECT min(seq)::float8 AS first,
         coalesce((SELECT min(seq) - 1 FROM app.audit_log WHERE at >= $1::timestamptz), max(seq))::float8 AS last
    FROM app.audit_log`;

async function inTransaction<Result>(client: ClientBase, work: () => Promise<Result>): Promise<Result> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/**
 * Takes away the records from the first to `last`, and adds the one that says so: both or neither. The lock that comes with
 * the trigger keeps every other writer out, so nobody else ever finds the log unguarded.
 */
function pruneBatch(client: ClientBase, before: string, first: number, last: number): Promise<Pruned> {
  return inTransaction(client, async () => {
    await client.query('ALTER TABLE app.audit_log DISABLE TRIGGER never_changed');
    const { rows: found } = await client.query<{ hash: string; by: string }>(
      `SELECT encode(hash, 'hex') AS hash, session_user AS by FROM app.audit_log WHERE seq = $1`,
      [last],
    );
    const { hash = '', by = '' } = found[0] ?? {};
    const records = last - first + 1;
    const details: PruningDetails = { before, first, records, lastLink: linkText({ seq: last, hash }), by };
    const text = recordText(
      { action: PRUNE, object: { kind: 'audit-log' }, after: { ...details } },
      undefined,
      'refuse',
    );
    const { rows: added } = await client.query<{ seq: number; hash: string }>(
      `INSERT INTO app.audit_log (record) VALUES ($1) RETURNING seq::float8 AS seq, encode(hash, 'hex') AS hash`,
      [text],
    );
    const { rowCount } = await client.query('DELETE FROM app.audit_log WHERE seq <= $1', [last]);
    const [recordedAs] = added;
    if (rowCount !== records || recordedAs === undefined)
      throw new Error(
        `of ${records} records ${rowCount} were left: somebody else prunes the log; start again`,
      );
    await client.query('ALTER TABLE app.audit_log ENABLE ALWAYS TRIGGER never_changed');
    return { records, last: { seq: last, hash }, recordedAs };
  });
}

/**
 * Takes the beginning of the log away, up to a day; what went is recorded, with the hash that the rest is proved by. In
 * batches that each stand by themselves: what ends early has pruned less, and left a whole chain.
 * @param client in no transaction, as the owner of the table, with the lock time-out that writers can bear
 * @param before a day; its first instant is that of UTC
 * @returns undefined where there is nothing so old
 */
export async function pruneLog(
  client: ClientBase,
  before: string,
  progress: (done: number, total: number) => void,
  batch = BATCH,
): Promise<Pruned | undefined> {
  const { rows } = await client.query<{ first: number | null; last: number | null }>(BOUNDS, [
    `${before}T00:00:00Z`,
  ]);
  const { first, last } = rows[0] ?? {};
  if (first == null || last == null || last < first) return undefined;
  let done: Pruned | undefined;
  for (let next = first; next <= last; next += batch) {
    done = await pruneBatch(client, before, next, Math.min(next + batch - 1, last));
    progress(done.last.seq - first + 1, last - first + 1);
  }
  return done && { ...done, records: last - first + 1 };
}
