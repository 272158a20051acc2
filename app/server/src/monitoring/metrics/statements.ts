import { createHash } from 'node:crypto';

/** What a statement does; what begins and ends transactions is one thing. */
export const OPERATIONS = ['select', 'insert', 'update', 'delete', 'copy', 'transaction', 'other'] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface Statement {
  readonly operation: Operation;
  /** Its first words and a digest, such as `SELECT id, name FROM app.symbols … 1a2b3c4d`. */
  readonly name: string;
  /** Without literals, cut. */
  readonly text: string;
}

const FIRST_WORDS = 60;
const LONGEST_TEXT = 1_000;
/** Statements are constant texts, so there are some hundreds; beyond that the oldest are made anew when they come. */
const MOST_KNOWN = 2_000;

const VERBS: Readonly<Record<string, Operation>> = {
  select: 'select',
  insert: 'insert',
  update: 'update',
  delete: 'delete',
  copy: 'copy',
  begin: 'transaction',
  start: 'transaction',
  commit: 'transaction',
  rollback: 'transaction',
  savepoint: 'transaction',
  release: 'transaction',
};
/** What a statement that begins with a common table expression is about: the first that writes, and locks no rows for it. */
const WRITES = /(?<!for |key )\b(?:insert into|update|delete from) /i;

function operationOf(text: string): Operation {
  const [verb = ''] = /^[a-z]{1,20}/i.exec(text) ?? [];
  const known = VERBS[verb.toLowerCase()];
  if (known !== undefined) return known;
  if (verb.toLowerCase() !== 'with') return 'other';
  const [written = 'select'] = WRITES.exec(text) ?? [];
  return VERBS[written.toLowerCase().split(' ')[0] ?? ''] ?? 'other';
}

function described(sql: string): Statement {
  // Ours have no literals that tell anything; whatever another library writes into its text is taken out all the same.
  const unquoted = sql.split("'").filter((_, index) => index % 2 === 0);
  const text = unquoted
    .join('?')
    .replaceAll(/(?<![\w$])\d{1,40}(?:\.\d{1,40})?(?!\w)/g, '?')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const words = text.slice(0, FIRST_WORDS);
  return {
    operation: operationOf(text),
    name: `${text.length > words.length ? `${words.trimEnd()} …` : words} ${digest}`,
    text: text.slice(0, LONGEST_TEXT),
  };
}

const known = new Map<string, Statement>();

/** What a statement is, from its text alone. */
export function statementOf(sql: string): Statement {
  const before = known.get(sql);
  if (before !== undefined) return before;
  const statement = described(sql);
  const [oldest] = known.size >= MOST_KNOWN ? known.keys() : [];
  if (oldest !== undefined) known.delete(oldest);
  known.set(sql, statement);
  return statement;
}
