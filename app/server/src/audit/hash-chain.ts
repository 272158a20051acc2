import { hash } from 'node:crypto';

/** A place in the chain: number and hash of a record. */
export interface Link {
  readonly seq: number;
  /** 64 hexadecimal digits. */
  readonly hash: string;
}

/** What the first record is hashed with. */
export const BEGINNING: Link = { seq: 0, hash: '00'.repeat(32) };

/** SHA-256 of the hash of the record before, as 32 bytes, and the text of the record in UTF-8. */
export function hashOf(previous: string, record: string): string {
  return hash('sha256', Buffer.concat([Buffer.from(previous, 'hex'), Buffer.from(record)]), 'hex');
}

/** A record as the table has it: its place, its text, and the columns that are searched. */
export interface StoredLink extends Link {
  readonly record: string;
  readonly columns: Columns;
}

/** `at` in UTC with microseconds, as in the record. */
export interface Columns {
  readonly at: string;
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly action: string;
  readonly objectKind: string;
  readonly objectId: string | null;
  readonly outcome: string;
  readonly address: string | null;
  readonly requestId: string | null;
}

/** What a record says, as far as something is read out of it. */
export interface RecordContent {
  readonly seq: number;
  readonly at: string;
  readonly action: string;
  readonly outcome: string;
  readonly actor: { readonly kind: string; readonly id?: string };
  readonly object: { readonly kind: string; readonly id?: string };
  readonly address?: string;
  readonly requestId?: string;
}

function columnsOf({ at, actor, action, object, outcome, address, requestId }: RecordContent): Columns {
  return {
    at,
    actorKind: actor.kind,
    actorId: actor.id?.toLowerCase() ?? null,
    action,
    objectKind: object.kind,
    objectId: object.id ?? null,
    outcome,
    address: address ?? null,
    requestId: requestId ?? null,
  };
}

/** The first place at which the log is not what was written. */
export class BrokenChainError extends Error {
  readonly seq: number;

  constructor(seq: number, what: string) {
    super(`record ${seq}: ${what}`);
    this.name = 'BrokenChainError';
    this.seq = seq;
  }
}

/** Follows the records one by one, from a link that is believed. */
export class ChainCheck {
  #last: Link;
  #count = 0;
  readonly #anchors: ReadonlyMap<number, string>;

  /** @param anchors links that are known from elsewhere, as from a store of log lines */
  constructor(from: Link, anchors: readonly Link[]) {
    this.#last = from;
    this.#anchors = new Map(anchors.map(({ seq, hash: known }) => [seq, known]));
  }

  get last(): Link {
    return this.#last;
  }

  get count(): number {
    return this.#count;
  }

  /** @throws BrokenChainError */
  add({ seq, hash: stored, record, columns }: StoredLink): void {
    const expected = this.#last.seq + 1;
    if (seq > expected) throw new BrokenChainError(expected, `is missing; ${seq} follows ${this.#last.seq}`);
    if (seq < expected) throw new BrokenChainError(seq, 'stands there twice');
    const computed = hashOf(this.#last.hash, record);
    if (computed !== stored) throw new BrokenChainError(seq, whyNot(seq, record));
    const known = this.#anchors.get(seq);
    if (known !== undefined && known !== stored)
      throw new BrokenChainError(
        seq,
        `has the hash ${stored}, and ${known} is expected: it, or one before it, was written anew`,
      );
    const wrong = differing(columns, columnsOf(contentOf(seq, record)));
    if (wrong !== undefined)
      throw new BrokenChainError(seq, `the column of its ${wrong} is not what the record says`);
    this.#last = { seq, hash: stored };
    this.#count += 1;
  }

  /** @throws BrokenChainError when the log ends before an anchor */
  end(): void {
    for (const seq of this.#anchors.keys())
      if (seq > this.#last.seq)
        throw new BrokenChainError(
          this.#last.seq + 1,
          `is missing; the log ends with ${this.#last.seq}, and ${seq} is expected: its end was cut off`,
        );
  }
}

/** Of a record whose hash is right: only somebody who writes the chain anew can break these. */
function contentOf(seq: number, record: string): RecordContent {
  let content: Partial<RecordContent>;
  try {
    content = JSON.parse(record);
  } catch {
    throw new BrokenChainError(seq, 'is no JSON');
  }
  if (!isContent(content)) throw new BrokenChainError(seq, 'is no record: parts of it are missing');
  if (content.seq !== seq) throw new BrokenChainError(seq, `says that it is record ${content.seq}`);
  return content;
}

function isContent(content: Partial<RecordContent>): content is RecordContent {
  return NEEDED.every((name) => content[name] !== undefined);
}

const NEEDED = ['seq', 'at', 'action', 'outcome', 'actor', 'object'] as const;

function whyNot(seq: number, record: string): string {
  const own = /^\{"seq":(\d+),/.exec(record)?.[1];
  if (own !== undefined && own !== String(seq))
    return `holds the text of record ${own}: records were put into another order`;
  return 'its hash is not that of the record before and its own text: one of the two was changed';
}

function differing(columns: Columns, expected: Columns): string | undefined {
  for (const name of COLUMN_NAMES) if (columns[name] !== expected[name]) return name;
  return undefined;
}

const COLUMN_NAMES = [
  'at',
  'actorKind',
  'actorId',
  'action',
  'objectKind',
  'objectId',
  'outcome',
  'address',
  'requestId',
] as const satisfies readonly (keyof Columns)[];
