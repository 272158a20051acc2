import { InvalidParameterError } from '../errors.ts';

/** No body of ours comes near; what a route allows beneath is said by its DTO. */
const DEEPEST = 16;
const MOST_KEYS = 10_000;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function refuse(detail: string): never {
  throw new InvalidParameterError('body', detail);
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return refuse('must be UTF-8');
  }
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says repeats a part of the body.
    return refuse('must be valid JSON');
  }
}

/** Where the string that begins at `start` ends: at the first quote before which the backslashes are in pairs. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote;
  }
  return text.length;
}

/** Reads a text once, from left to right, before anything is made of it; whether it is JSON at all is seen later. */
class Scan {
  /** Keys of the objects around, undefined for lists. */
  readonly #around: (Set<string> | undefined)[] = [];
  readonly #text: string;
  #isKeyNext = false;
  #keys = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @throws InvalidParameterError where the text is too much, or means two things */
  run(): void {
    for (let at = 0; at < this.#text.length; at += 1) {
      const character = this.#text[at];
      if (character === '{' || character === '[') this.#open(character === '{');
      else if (character === '}' || character === ']') this.#around.pop();
      else if (character === ',') this.#isKeyNext = true;
      else if (character === '"') {
        const end = endOfString(this.#text, at);
        this.#judge(this.#text.slice(at, end + 1));
        at = end;
      }
    }
  }

  #open(isObject: boolean): void {
    if (this.#around.push(isObject ? new Set() : undefined) > DEEPEST)
      refuse(`must not nest deeper than ${DEEPEST} levels`);
    this.#isKeyNext = isObject;
  }

  #judge(token: string): void {
    const value = token.includes('\\') ? String(valueOf(token)) : token.slice(1, -1);
    if (value.includes('\0')) refuse('must not hold the character U+0000');
    const keys = this.#isKeyNext ? this.#around.at(-1) : undefined;
    this.#isKeyNext = false;
    if (keys === undefined) return;
    if (keys.has(value)) refuse('must not have two values under one key');
    keys.add(value);
    this.#keys += 1;
    if (this.#keys > MOST_KEYS) refuse(`must not have more than ${MOST_KEYS} keys`);
  }
}

/**
 * The object or list of a JSON text (RFC 8259) that everybody understands alike. `JSON.parse` takes the last of two
 * equal keys, other programs the first: whoever judged the body before us may have seen another one. PostgreSQL stores
 * no U+0000 in a text. And ten megabytes of brackets would keep `JSON.parse` busy for seconds.
 * @throws InvalidParameterError without a word of the body
 */
export function parseJsonBody(bytes: Uint8Array): object {
  const text = textOf(bytes);
  new Scan(text).run();
  const value = valueOf(text);
  if (typeof value !== 'object' || value === null) return refuse('must be a JSON object');
  return value;
}
