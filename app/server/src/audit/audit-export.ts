import { CSV_BYTE_ORDER_MARK, CSV_CONTENT_TYPE, csvLine } from '../common/csv.ts';
import type { Sql } from '../database/sql.ts';
import type { AuditFormat, AuditItem } from './audit.dto.ts';
import { HASH_OF, NEXT, type RecordRow } from './audit.sql.ts';
import { BEGINNING } from './hash-chain.ts';

/** Records of one chunk: 64 kB at most each, and 600 bytes usually. */
const BATCH = 500;

/** Numbers of the first and of the last record. */
interface Range {
  readonly first: number;
  readonly last: number;
}

interface Writer {
  readonly contentType: string;
  readonly head: string;
  /** @param previous hash of the record before */
  line(row: RecordRow, previous: string): string;
}

/**
 * `record` is the text that was hashed, so each line can be verified with those before it and alone:
 * `hash` = SHA-256(the 32 bytes of `previous`, then `record` in UTF-8).
 */
const ndjson: Writer = {
  contentType: 'application/x-ndjson',
  head: '',
  line: ({ seq, hash, record }, previous) =>
    `${JSON.stringify({ seq: Number(seq), previous, hash, record })}\n`,
};

const HEAD = [
  ...[
    'seq',
    'at',
    'action',
    'outcome',
    'actorKind',
    'actorId',
    'actorRole',
    'actorVia',
    'objectKind',
    'objectId',
  ],
  ...['address', 'userAgent', 'requestId', 'before', 'after', 'reason', 'hash'],
];

const json = (value: unknown): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value);

const csv: Writer = {
  contentType: CSV_CONTENT_TYPE,
  head: CSV_BYTE_ORDER_MARK + csvLine(HEAD),
  line(row) {
    const {
      seq,
      hash,
      at,
      action,
      outcome,
      actor,
      object,
      address,
      userAgent,
      requestId,
      before,
      after,
      reason,
    } = itemOf(row);
    return csvLine([
      ...[seq, at, action, outcome, actor.kind, actor.id, actor.role, actor.via, object.kind, object.id],
      ...[address, userAgent, requestId, json(before), json(after), reason, hash],
    ]);
  },
};

export const WRITERS: Readonly<Record<AuditFormat, Writer>> = { ndjson, csv };

/** A record as the API shows it. */
export function itemOf({ hash, record }: RecordRow): AuditItem {
  const content: Omit<AuditItem, 'hash'> = JSON.parse(record);
  return { ...content, hash };
}

/**
 * The text of an export, a chunk per batch. Between two of them no connection is held, however slowly a client reads: what
 * lies between the first and the last record cannot change.
 */
export async function* exportText(sql: Sql, writer: Writer, { first, last }: Range): AsyncGenerator<string> {
  if (writer.head !== '') yield writer.head;
  const [before] = await sql.query<{ hash: string }>(HASH_OF, [first - 1]);
  let previous = before?.hash ?? BEGINNING.hash;
  for (let after = first - 1; after < last;) {
    const rows = await sql.query<RecordRow>(NEXT, [after, last, BATCH]);
    if (rows.length === 0) throw new Error(`records after ${after} are missing; audit-verify tells which`);
    let chunk = '';
    for (const row of rows) {
      chunk += writer.line(row, previous);
      previous = row.hash;
      after = Number(row.seq);
    }
    yield chunk;
  }
}
