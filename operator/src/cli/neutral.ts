/**
 * Characters that make a terminal do something else than show them: C0 (ESC among them) but for the tab, DEL, C1, what turns
 * the direction of writing, what has no width, and what some take for the end of a line.
 */
const ACTIVE =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

const escapeOf = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x1_0000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
};

/** The text in which nothing is left that a terminal obeys: a log line may hold whatever somebody sent us. */
export const neutral = (text: string): string => text.replace(ACTIVE, escapeOf);

const asJson = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');

/** JSON of a value, on one line, with the same characters escaped as JSON does; it reads back as the same value. */
export const neutralJson = (value: unknown): string => JSON.stringify(value).replace(ACTIVE, asJson);
