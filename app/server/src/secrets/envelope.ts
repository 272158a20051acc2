import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Key, Keyring } from '../common/configuration/keyrings.ts';

/**
 * Envelope encryption of one value for one place in the database:
 *
 *     v1.KID.WRAPPED.BODY
 *
 * WRAPPED is a fresh data key, encrypted with the key-encryption key KID; BODY is the value, encrypted with the data
 * key; each is nonce (12 bytes), ciphertext and tag (16 bytes) of AES-256-GCM in base64url. A rotation of the
 * key-encryption key exchanges WRAPPED and leaves BODY, so that it never has the value in hand. A data key encrypts one
 * value, so no nonce can meet another one under it; under a key-encryption key random nonces are safe for 2^32 values.
 */
const VERSION = 'v1';
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const SEALED = /^v1\.([a-z0-9-]{1,32})\.([\w-]+)\.([\w-]+)$/;

/** Where a value stands. It opens there and nowhere else, whoever may write to the database. */
export interface Place {
  readonly table: string;
  readonly column: string;
  readonly id: string;
}

/** What is wrong with a sealed value; none of these repeats anything of it but the name of the key. */
export abstract class EnvelopeError extends Error {
  constructor(place: Place, detail: string) {
    super(`${place.table}.${place.column} of ${place.id}: ${detail}`);
    this.name = new.target.name;
  }
}

/** Not what `seal` writes. */
export class MalformedEnvelopeError extends EnvelopeError {
  constructor(place: Place) {
    super(place, 'is no sealed value of a version that is known here');
  }
}

/** The key is not in the keyring: it was removed before its values were rewrapped, or comes from elsewhere. */
export class UnknownKeyError extends EnvelopeError {
  constructor(place: Place, kid: string) {
    super(
      place,
      `is sealed under key ${kid}, which the keyring \`encryption\` does not have; put it back as retiring, or enter the value again`,
    );
  }
}

/** The value, its place or the key is not what it was. */
export class TamperedError extends EnvelopeError {
  constructor(place: Place) {
    super(place, 'does not open: it was changed, moved here from another row, or its key was exchanged');
  }
}

interface Envelope {
  readonly kid: string;
  readonly wrapped: Buffer;
  readonly body: Buffer;
}

/** What else the tag covers. JSON tells where a part ends, which joining would not. */
function associated(what: 'key' | 'value', { table, column, id }: Place, kid = ''): Buffer {
  return Buffer.from(JSON.stringify([VERSION, what, kid, table, column, id]));
}

function encrypt(key: Buffer, plain: Buffer, about: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(about);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @returns undefined when the tag does not fit */
function decrypt(key: Buffer, sealed: Buffer, about: Buffer): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(about).setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    return undefined;
  }
}

function format(kid: string, wrapped: Buffer, body: Buffer): string {
  return [VERSION, kid, wrapped.toString('base64url'), body.toString('base64url')].join('.');
}

function parse(sealed: string, place: Place): Envelope {
  const [, kid = '', wrapped = '', body = ''] = SEALED.exec(sealed) ?? [];
  const envelope = {
    kid,
    wrapped: Buffer.from(wrapped, 'base64url'),
    body: Buffer.from(body, 'base64url'),
  };
  // Base64 has several texts for the same bytes; only the one that we write is ours.
  if (format(kid, envelope.wrapped, envelope.body) !== sealed) throw new MalformedEnvelopeError(place);
  return envelope;
}

function unwrap({ kid, wrapped }: Envelope, place: Place, keyring: Keyring): Buffer {
  const key = keyring.find(kid);
  if (key === undefined) throw new UnknownKeyError(place, kid);
  const dataKey = decrypt(key.key, wrapped, associated('key', place, kid));
  if (dataKey?.length !== KEY_BYTES) throw new TamperedError(place);
  return dataKey;
}

function wrap(dataKey: Buffer, place: Place, { kid, key }: Key): Buffer {
  return encrypt(key, dataKey, associated('key', place, kid));
}

/** @param text well-formed Unicode; its length in bytes can be told from the sealed value */
export function seal(text: string, place: Place, keyring: Keyring): string {
  // UTF-8 has nothing for half of a surrogate pair: another text would come back.
  if (!text.isWellFormed()) throw new TypeError('a value to be sealed must be well-formed Unicode');
  const dataKey = randomBytes(KEY_BYTES);
  const body = encrypt(dataKey, Buffer.from(text), associated('value', place));
  const wrapped = wrap(dataKey, place, keyring.active);
  dataKey.fill(0);
  return format(keyring.active.kid, wrapped, body);
}

/** @throws MalformedEnvelopeError, UnknownKeyError, TamperedError */
export function open(sealed: string, place: Place, keyring: Keyring): string {
  const envelope = parse(sealed, place);
  const dataKey = unwrap(envelope, place, keyring);
  const plain = decrypt(dataKey, envelope.body, associated('value', place));
  dataKey.fill(0);
  if (plain === undefined) throw new TamperedError(place);
  return plain.toString();
}

/**
 * The same value under the active key. Only for values whose key retires, not for all whose key is not the active one: a
 * replica that hears of a rotation later would undo it.
 * @throws MalformedEnvelopeError, UnknownKeyError, TamperedError
 */
export function rewrap(sealed: string, place: Place, keyring: Keyring): string {
  const envelope = parse(sealed, place);
  const dataKey = unwrap(envelope, place, keyring);
  const wrapped = wrap(dataKey, place, keyring.active);
  dataKey.fill(0);
  return format(keyring.active.kid, wrapped, envelope.body);
}
