/** More of a message says which one it was, not what kind. */
const LONGEST = 500;

/**
 * What differs between two errors of one kind, in the order in which it must be taken out: an address has numbers in it.
 * Each expression runs in time linear in the text.
 */
const CHANGING: readonly (readonly [what: RegExp, instead: string])[] = [
  [/\b[a-z][a-z+]{1,15}:\/\/[^\s"'<>)\]]{1,300}/gi, '<url>'],
  [/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?)?\b/g, '<time>'],
  [/"[^"]{0,300}"/g, '<value>'],
  [/(?<![\w])'[^']{0,300}'/g, '<value>'],
  [/`[^`]{0,300}`/g, '<value>'],
  [/\b\d{6}\.(?:SH|SZ|BJ)\b/gi, '<symbol>'],
  [/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?\b/g, '<address>'],
  [/(?<![\w:])\[?(?:[\da-f]{1,4}:|::)[\da-f:]{2,40}\]?(?::\d{1,5})?/gi, '<address>'],
  [/\b(?=[a-f]{0,40}\d)[\da-f]{8,128}\b/gi, '<id>'],
  [/\d{1,300}(?:[.,_]\d{1,300})*/g, '<n>'],
];

/** The kind that a message is of: without numbers, ids, quoted values, symbols, addresses and times. */
export function normalizedMessage(message: string): string {
  const first = message.slice(0, LONGEST).replaceAll(/\s+/g, ' ').trim();
  return CHANGING.reduce((text, [what, instead]) => text.replaceAll(what, instead), first);
}
