/** More of a message says which one it was, not what kind. */
const LONGEST = 500;
/** In which is looked for what changes, so that no long URL moves where it is cut. */
const LONGEST_READ = 8_000;

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

const isWord = (character: string | undefined): boolean => /\w/.test(character ?? ' ');

/** An apostrophe opens nothing within or behind a word. */
const opens = (text: string, at: number): boolean =>
  text[at] === '"' || text[at] === '`' || (text[at] === "'" && !isWord(text[at - 1]));

/** Nor does it close anything before a letter. */
const closes = (text: string, at: number): boolean =>
  text[at] === '"' || text[at] === '`' || (text[at] === "'" && !isWord(text[at + 1]));

/**
 * Names of tables, columns and files are quoted, and so is whatever somebody sent, which may have quotes of its own: all
 * from the first quote to the last is one value, and where none closes, all that follows. What is between two values goes
 * with them; class, code and frames tell apart what it would have told apart.
 */
function withoutQuoted(text: string): string {
  let first = 0;
  while (first < text.length && !opens(text, first)) first += 1;
  if (first === text.length) return text;
  let last = text.length - 1;
  while (last > first && !closes(text, last)) last -= 1;
  return `${text.slice(0, first)}<value>${last === first ? '' : text.slice(last + 1)}`;
}

/** The kind that a message is of: without numbers, ids, quoted values, symbols, addresses and times. */
export function normalizedMessage(message: string): string {
  // Cut before, a value would lose the quote that ends it, and stay.
  const first = withoutQuoted(message).slice(0, LONGEST_READ).replaceAll(/\s+/g, ' ').trim();
  return CHANGING.reduce((text, [what, instead]) => text.replaceAll(what, instead), first).slice(0, LONGEST);
}
