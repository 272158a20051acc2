/** More of a message says which one it was, not what kind. */
const LONGEST = 500;

/** What differs between two errors of one kind, in the order in which it must be taken out: a time has numbers in it. */
const CHANGING: readonly (readonly [what: RegExp, instead: string])[] = [
  [/\bhttps?:\/\/\S+/gi, '<url>'],
  [/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?)?\b/g, '<time>'],
  [/\b\d{6}\.(?:SH|SZ|BJ)\b/gi, '<symbol>'],
  // Of version 6; what is left of one of version 4 is numbers.
  [/(?<![\w:])(?=[\da-f]{0,4}:[\da-f]{0,4}:)[\da-f:]{3,45}/gi, '<address>'],
  [/\b(?=[a-f]{0,40}\d)[\da-f]{8,128}\b/gi, '<id>'],
  [/\d{1,300}(?:[.,_]\d{1,300})*/g, '<n>'],
];

/** Of an apostrophe within a word nothing begins. */
const isQuote = (text: string, at: number): boolean =>
  text[at] === '"' || text[at] === '`' || (text[at] === "'" && !/\w/.test(text[at - 1] ?? ''));

/** Names of tables, columns and files are quoted, and so is whatever somebody sent. */
function withoutQuoted(text: string): string {
  let [result, from] = ['', 0];
  for (let at = 0; at < text.length; at += 1) {
    const end = isQuote(text, at) ? text.indexOf(text.charAt(at), at + 1) : -1;
    if (end === -1) continue;
    result += `${text.slice(from, at)}<value>`;
    [at, from] = [end, end + 1];
  }
  return result + text.slice(from);
}

/** The kind that a message is of: without numbers, ids, quoted values, symbols, addresses and times. */
export function normalizedMessage(message: string): string {
  const first = message.slice(0, LONGEST).replaceAll(/\s+/g, ' ').trim();
  return CHANGING.reduce((text, [what, instead]) => text.replaceAll(what, instead), withoutQuoted(first));
}
