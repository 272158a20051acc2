import { REDACTED } from '../common/redaction/known-secrets.ts';
import { redactText } from '../common/redaction/redact.ts';
import { isSensitiveName } from '../common/redaction/sensitive-names.ts';

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

/** What is made of secrets and of keys has no place in the log either. */
const MADE_OF_SECRETS = /(hash|hmac|sha-?256|salt|pepper|keys?)$/i;

/** A number under a plural counts them: `apiKeys: 2`. */
function isSecretField(field: string, value: Json): boolean {
  if (value === null || typeof value === 'boolean') return false;
  if (typeof value === 'number' && field.endsWith('s')) return false;
  return isSensitiveName(field) || MADE_OF_SECRETS.test(field);
}

const LONGEST_TEXT = 2_000;
/** Nobody reads on from here; what stands beyond is not even looked at. */
const LONGEST_JUDGED = 10_000;
const LONGEST_NAME = 100;
const MOST_ITEMS = 100;
const DEEPEST = 8;
/** Bytes of one side of a change; what a reader needs beyond that is in the object itself. */
const MOST_BYTES = 8_192;
const SHOWN_OF_CUT = 1_000;

/** Text as a record may hold it: no secret, bounded, and nothing that PostgreSQL's JSON refuses (NUL, half a pair). */
export function auditText(text: string, longest = LONGEST_TEXT): string {
  // A secret that is cut in two would not be found any more.
  const clean = redactText(text.slice(0, LONGEST_JUDGED)).toWellFormed().replaceAll('\0', '\uFFFD');
  return clean.length > longest
    ? `${clean.slice(0, longest).toWellFormed()}… (${text.length} characters)`
    : clean;
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
