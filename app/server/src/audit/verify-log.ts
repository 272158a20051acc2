import type { ClientBase, QueryArrayResult } from 'pg';
import { BEGINNING, BrokenChainError, ChainCheck, type Link, type StoredLink } from './hash-chain.ts';

export interface Verification {
  /** First record to look at; the hash of the one before it is believed. */
  readonly from: number;
  /** Links known from elsewhere. */
  readonly anchors: readonly Link[];
  /** Called after every batch of records. */
  readonly progress: (done: number, total: number) => void;
}

export interface Verified {
  readonly count: number;
  readonly last: Link;
}

type Row = [
  seq: string,
  hash: string,
  record: string,
  at: string,
  actorKind: string,
  actorId: string | null,
  action: string,
  objectKind: string,
  objectId: string | null,
  outcome: string,
  address: string | null,
  requestId: string | null,
];

/** At most 64 MB, where every record is as long as it may be. */
const BATCH = 1_000;

const OPEN = `
  DECLARE records NO SCROLL CURSOR FOR
   SELECT seq, encode(hash, 'hex'), record, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
          actor_kind, actor_id, action, object_kind, object_id, outcome, address, request_id
     FROM app.audit_log WHERE seq >= $1::bigint ORDER BY seq`;

/** The link that the first record is hashed with. */
async function linkBefore(client: ClientBase, from: number): Promise<Link> {
  if (from <= 1) return BEGINNING;
  const { rows } = await client.query<{ hash: string }>(
    `SELECT encode(hash, 'hex') AS hash FROM app.audit_log WHERE seq = $1`,
    [from - 1],
  );
  const [before] = rows;
  if (before === undefined) throw new BrokenChainError(from - 1, `is missing, with which ${from} is hashed`);
  return { seq: from - 1, hash: before.hash };
}

/**
 * Reads the log from `from` to its end, as it is at this moment, and computes every hash again.
 * @param client in no transaction; with the right to read the log
 * @throws BrokenChainError at the first record that is not what was written
 */
export async function verifyLog(
  client: ClientBase,
  { from, anchors, progress }: Verification,
): Promise<Verified> {
  // One snapshot: what is written meanwhile is not waited for.
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const chain = new ChainCheck(await linkBefore(client, from), anchors);
    const { rows } = await client.query<{ total: number }>(
      'SELECT greatest(coalesce(max(seq), 0) - $1 + 1, 0)::float8 AS total FROM app.audit_log',
      [from],
    );
    const total = rows[0]?.total ?? 0;
    await client.query(OPEN, [from]);
    let next = fetchBatch(client);
    for (;;) {
      const batch = await next;
      if (batch.rows.length === 0) break;
      // The server reads on while we compute.
      next = fetchBatch(client);
      next.catch(() => undefined);
      for (const row of batch.rows) chain.add(linkOf(row));
      progress(chain.count, total);
    }
    chain.end();
    return { count: chain.count, last: chain.last };
  } finally {
    await client.query('ROLLBACK').catch(() => undefined);
  }
}

function fetchBatch(client: ClientBase): Promise<QueryArrayResult<Row>> {
  return client.query<Row>({ text: `FETCH ${BATCH} FROM records`, rowMode: 'array' });
}

function linkOf(row: Row): StoredLink {
  const [
    seq,
    hash,
    record,
    at,
    actorKind,
    actorId,
    action,
    objectKind,
    objectId,
    outcome,
    address,
    requestId,
  ] = row;
  const columns = { at, actorKind, actorId, action, objectKind, objectId, outcome, address, requestId };
  return { seq: Number(seq), hash, record, columns };
}
