/** What JSON can hold; a field that is undefined is left out. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [field: string]: Json | undefined };

/** The part of an object that an action changed, as a record of the audit log shows it. */
export interface Details {
  readonly [field: string]: Json | undefined;
}

export class SecretFieldError extends Error {
  constructor(field: string) {
    super(
      `the field ${field} looks like a secret, and nothing is ever taken out of the audit log: leave it out, or rename it`,
    );
    this.name = 'SecretFieldError';
  }
}

const REDACTED = '[redacted]';

const SECRET_WORDS = new Set([
  ...['password', 'passphrase', 'passcode', 'passwd', 'pwd', 'pin', 'secret', 'secrets', 'token', 'tokens'],
  ...['authorization', 'bearer', 'jwt', 'cookie', 'cookies', 'credential', 'credentials', 'otp', 'totp'],
  ...['hash', 'hmac', 'pepper', 'salt', 'signature', 'recovery'],
]);
const KEY_WORDS = new Set(['key', 'keys', 'apikey', 'privatekey']);
/** What may be a secret as a number; any other number counts. */
const NUMERIC_WORDS = new Set(['pin', 'otp', 'totp', 'passcode']);
/** `tokenId`, `passwordChangedAt`, `recoveryCodesLeft`: about a secret, and none. */
const HARMLESS_ENDS = new Set(['id', 'ids', 'kid', 'at', 'until', 'left']);

function isSecretField(field: string, value: Json): boolean {
  if (value === null || typeof value === 'boolean') return false;
  const words = field
    .split(/(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((word) => word.toLowerCase());
  const last = words.at(-1) ?? '';
  if (HARMLESS_ENDS.has(last)) return false;
  if (typeof value === 'number') return words.some((word) => NUMERIC_WORDS.has(word));
  return KEY_WORDS.has(last) || words.some((word) => SECRET_WORDS.has(word));
}

/** What is secret wherever it stands, as in the words of a person: keys of ours, PEM, JWT, passwords in URLs and headers. */
const SECRET_TEXT = [
  /\bstk_[\w-]{8,}/g,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^]*/g,
  /\beyJ[\w-]{5,}\.[\w-]{5,}(\.[\w-]*)?/g,
  /\bpbkdf2-sha\d+\$[\w$+/=-]+/g,
  /(?<=\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,200}(?=@)/gi,
  /(?<=\b(Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi,
];

const LONGEST_TEXT = 2_000;
const LONGEST_NAME = 100;
const MOST_ITEMS = 100;
const DEEPEST = 8;
/** Bytes of one side of a change; what a reader needs beyond that is in the object itself. */
const MOST_BYTES = 8_192;
const SHOWN_OF_CUT = 1_000;

/** Text as a record may hold it: no secret, bounded, and nothing that PostgreSQL's JSON refuses (NUL, half a pair). */
export function auditText(text: string, longest = LONGEST_TEXT): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text;
  const clean = shown.toWellFormed().replaceAll('\0', '\uFFFD');
  return SECRET_TEXT.reduce((rest, pattern) => rest.replaceAll(pattern, REDACTED), clean);
}

/** What becomes of a field whose name says that it is a secret: the answer stands in its place. */
type OnSecret = (field: string) => string;

function auditValue(value: Json, path: string, depth: number, onSecret: OnSecret): Json {
  if (typeof value === 'string') return auditText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return '… (too deep)';
  if (isList(value)) {
    const items = value
      .slice(0, MOST_ITEMS)
      .map((item, index) => auditValue(item, `${path}.${index}`, depth + 1, onSecret));
    return value.length > MOST_ITEMS ? [...items, `… (${value.length} items)`] : items;
  }
  const fields = Object.entries(value).flatMap(([name, inner]): [string, Json][] => {
    if (inner === undefined) return [];
    const inside = path === '' ? name : `${path}.${name}`;
    const shown = isSecretField(name, inner)
      ? onSecret(inside)
      : auditValue(inner, inside, depth + 1, onSecret);
    return [[auditText(name, LONGEST_NAME), shown]];
  });
  return Object.fromEntries(fields);
}

/** Array.isArray leaves a read-only array an array of anything. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/**
 * One side of a change, fit for a log that nothing is ever taken out of: fields named like secrets are refused or
 * replaced, secrets in text are replaced, and more than 8 kB are cut to their beginning.
 * @param secretFields 'refuse' throws SecretFieldError: a mistake of the code, to be found by its tests
 */
export function auditDetails(details: Details, secretFields: 'refuse' | 'replace'): Json {
  const clean = auditValue(details, '', 0, (field) => {
    if (secretFields === 'refuse') throw new SecretFieldError(field);
    return REDACTED;
  });
  const text = JSON.stringify(clean);
  const bytes = Buffer.byteLength(text);
  return bytes <= MOST_BYTES
    ? clean
    : { cutFromBytes: bytes, beginning: text.slice(0, SHOWN_OF_CUT).toWellFormed() };
}
