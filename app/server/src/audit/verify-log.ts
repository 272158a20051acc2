import type { ClientBase, QueryArrayResult } from 'pg';
import { BEGINNING, BrokenChainError, ChainCheck, type Link, type StoredLink } from './hash-chain.ts';
import { type Pruning, pruningOf } from './prunings.ts';

export interface Verification {
  /** First record to look at; the hash of the one before it is believed. 1: the first that is left. */
  readonly from: number;
  /** Links known from elsewhere. */
  readonly anchors: readonly Link[];
  /** Called after every batch of records. */
  readonly progress: (done: number, total: number) => void;
}

export interface Verified {
  readonly count: number;
  readonly last: Link;
  /** Where it began behind what was pruned. */
  readonly pruning: Pruning | undefined;
}

/** A link that is expected lies in what was pruned: it can neither be proved nor be shown to be wrong. */
export class PrunedLinkError extends Error {
  constructor(seq: number, { last, at }: Pruning) {
    super(
      `record ${seq} was pruned, with all up to ${last.seq}, at ${at}: nothing can be said of it any more; the oldest link that can be expected is that of ${last.seq}`,
    );
    this.name = 'PrunedLinkError';
  }
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
async function linkBefore(client: ClientBase, from: number, pruning: Pruning | undefined): Promise<Link> {
  if (pruning !== undefined && from <= pruning.last.seq + 1) return pruning.last;
  if (from <= 1) return BEGINNING;
  const { rows } = await client.query<{ hash: string }>(
    `SELECT encode(hash, 'hex') AS hash FROM app.audit_log WHERE seq = $1`,
    [from - 1],
  );
  const [before] = rows;
  if (before === undefined) throw new BrokenChainError(from - 1, `is missing, with which ${from} is hashed`);
  return { seq: from - 1, hash: before.hash };
}

/** Links that are expected of what is there; of what was pruned the last one alone can be judged. */
function judgeable(anchors: readonly Link[], pruning: Pruning | undefined): readonly Link[] {
  if (pruning === undefined) return anchors;
  const { last, recordedAs } = pruning;
  return anchors.filter(({ seq, hash }) => {
    if (seq > last.seq) return true;
    if (seq < last.seq) throw new PrunedLinkError(seq, pruning);
    if (hash !== last.hash)
      throw new BrokenChainError(
        recordedAs,
        `says that ${seq} was pruned with the hash ${last.hash}, and ${hash} is expected`,
      );
    return false;
  });
}

/**
 * Reads the log from `from` to its end, as it is at this moment, and computes every hash again.
 * @param client in no transaction; with the right to read the log
 * @throws BrokenChainError at the first record that is not what was written; PrunedLinkError for an anchor that is gone
 */
export async function verifyLog(
  client: ClientBase,
  { from, anchors, progress }: Verification,
): Promise<Verified> {
  // One snapshot: what is written meanwhile is not waited for.
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const pruning = await pruningOf(client);
    const begin = await linkBefore(client, from, pruning);
    const chain = new ChainCheck(begin, judgeable(anchors, pruning));
    const { rows } = await client.query<{ total: number }>(
      'SELECT greatest(coalesce(max(seq), 0) - $1 + 1, 0)::float8 AS total FROM app.audit_log',
      [begin.seq + 1],
    );
    const total = rows[0]?.total ?? 0;
    await client.query(OPEN, [begin.seq + 1]);
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
    return {
      count: chain.count,
      last: chain.last,
      pruning: begin === pruning?.last ? pruning : undefined,
    };
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
