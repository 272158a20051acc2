import { InvalidParameterError } from '../errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The parts of a valid JSON text that open, close and separate, and its strings; numbers and words stand between. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Whether a JSON string stands for a text with U+0000. */
const holdsNul = (token: string): boolean =>
  token.includes(String.raw`\u0000`) && String(JSON.parse(token)).includes('\0');

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

/**
 * `JSON.parse` takes the last of two equal keys, other programs the first: whoever judges the body before us may have
 * seen another one. And PostgreSQL stores no NUL in a text.
 * @param text valid JSON
 */
function refuseAmbiguous(text: string): void {
  const keysOfOpen: (Set<string> | undefined)[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{') keysOfOpen.push(new Set());
    else if (token === '[') keysOfOpen.push(undefined);
    else if (token === '}' || token === ']') keysOfOpen.pop();
    else if (token === ':') {
      const key: unknown = JSON.parse(last);
      const keys = keysOfOpen.at(-1);
      if (keys?.has(String(key)) === true) refuse('must not have two values under one key');
      keys?.add(String(key));
    } else if (token !== ',' && holdsNul(token)) refuse('must not hold the character U+0000');
    last = token;
  }
}

/**
 * The object or list of a JSON text (RFC 8259) that everybody understands alike.
 * @throws InvalidParameterError without a word of the body
 */
export function parseJsonBody(bytes: Uint8Array): object {
  const text = textOf(bytes);
  const value = valueOf(text);
  if (typeof value !== 'object' || value === null) return refuse('must be a JSON object');
  refuseAmbiguous(text);
  return value;
}
