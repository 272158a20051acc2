import type { ClientBase } from 'pg';
import { hashOf, type Link } from './hash-chain.ts';

/** The beginning of the log that was taken away, as a record of the log itself says. */
export interface Pruning {
  /** The last record that went: the first that is left is hashed with it. */
  readonly last: Link;
  /** Number and time of the record that says so. */
  readonly recordedAs: number;
  readonly at: string;
  /** What was asked for: records before this day. */
  readonly before: string;
  /** Account of the database that did it. */
  readonly by: string;
}

export const PRUNE = 'audit.prune';

/** What stands under `after` in a record of the action. */
export interface PruningDetails {
  readonly before: string;
  readonly first: number;
  readonly records: number;
  /** `SEQ:HASH`, as audit-verify takes it with --expect. */
  readonly lastLink: string;
  readonly by: string;
}

export const linkText = ({ seq, hash }: Link): string => `${seq}:${hash}`;

/** Undefined for what is no link. */
export function linkIn(text: string): Link | undefined {
  const [, seq, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text) ?? [];
  return seq === undefined || hash === undefined ? undefined : { seq: Number(seq), hash };
}

const FIRST = `
  SELECT seq::float8 AS seq, encode(hash, 'hex') AS hash, record FROM app.audit_log ORDER BY app.audit_log.seq LIMIT 1`;

const RECORDED = `
  SELECT seq::float8 AS seq, record FROM app.audit_log WHERE action = $1 ORDER BY app.audit_log.seq`;

/** Undefined for what says nothing; whether it is a whole record is for the chain to say. */
function pruningIn({ seq, record }: { seq: number; record: string }): Pruning | undefined {
  let content: { at?: string; after?: Partial<PruningDetails> } | null;
  try {
    content = JSON.parse(record);
  } catch {
    return undefined;
  }
  const { before = '', by = '', lastLink = '' } = content?.after ?? {};
  const last = linkIn(lastLink);
  return last && { last, recordedAs: seq, at: String(content?.at), before, by };
}

/**
 * What says why the log does not begin with record 1; undefined where it does, or nothing says so. The application can
 * add such a record too, but not guess the hash: of several the one counts that the first record was hashed with.
 */
export async function pruningOf(client: ClientBase): Promise<Pruning | undefined> {
  const { rows: firsts } = await client.query<{ seq: number; hash: string; record: string }>(FIRST);
  const [first] = firsts;
  if (first === undefined || first.seq === 1) return undefined;
  const { rows } = await client.query<{ seq: number; record: string }>(RECORDED, [PRUNE]);
  const candidates = rows
    .map(pruningIn)
    .filter((one) => one !== undefined)
    .filter(({ last }) => last.seq === first.seq - 1);
  return candidates.find(({ last }) => hashOf(last.hash, first.record) === first.hash) ?? candidates[0];
}
