import { type ContractViolation, SourceError } from '../source-error.ts';

/** Records in a list are two levels; nothing that a source of tables says is deeper. */
const DEEPEST = 8;
/** Fewer digits cannot be beyond the integers that a double holds exactly. */
const LONG_NUMBER = /\d{16}/;

interface Shape {
  /** Colons outside of strings: members of all objects, repeated ones included. */
  readonly members: number;
  readonly deepest: number;
  /** The text ends inside a string, a list or an object. */
  readonly unfinished: boolean;
}

const [QUOTE, BACKSLASH, COLON] = ['"', '\\', ':'].map((character) => character.charCodeAt(0));
const OPENING = new Set(['[', '{'].map((character) => character.charCodeAt(0)));
const CLOSING = new Set([']', '}'].map((character) => character.charCodeAt(0)));

/** One pass over the text, before a parser would recurse into it. */
function shapeOf(text: string): Shape {
  let [members, depth, deepest] = [0, 0, 0];
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) index += 1;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === COLON) members += 1;
    else if (OPENING.has(code)) deepest = Math.max(deepest, (depth += 1));
    else if (CLOSING.has(code)) depth -= 1;
  }
  return { members, deepest, unfinished: inString || depth > 0 };
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts: readonly unknown[] = Object.values(value);
  const own = Array.isArray(value) ? 0 : parts.length;
  return parts.reduce<number>((sum, part) => sum + countMembers(part), own);
}

/** A whole number that a double cannot hold stays its digits: exact, and no schema of numbers lets it pass. */
function exactly(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source ?? '';
  return typeof value === 'number' && /^-?\d+$/.test(source) && !Number.isSafeInteger(value) ? source : value;
}

function broken(violation: ContractViolation, cause: unknown): SourceError {
  return new SourceError('the answer', { failure: 'contract', violation, cause });
}

/**
 * Parses an answer that may be anything.
 * @throws SourceError of kind `contract`: `html`, `too_deep`, `truncated_json`, `not_json`, or `duplicate_key`, of which
 * a parser would silently take the last
 */
export function parseJson(text: string): unknown {
  if (/^\s*</.test(text)) throw broken('html', 'the answer begins with a tag');
  const shape = shapeOf(text);
  if (shape.deepest > DEEPEST) throw broken('too_deep', `${shape.deepest} levels`);
  let value: unknown;
  try {
    value = LONG_NUMBER.test(text) ? JSON.parse(text, exactly) : JSON.parse(text);
  } catch (error) {
    throw broken(shape.unfinished && text.trim() !== '' ? 'truncated_json' : 'not_json', error);
  }
  const members = countMembers(value);
  if (members !== shape.members)
    throw broken('duplicate_key', `${shape.members} members, ${members} of them with different keys`);
  return value;
}
