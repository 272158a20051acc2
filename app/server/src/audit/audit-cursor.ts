import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Keyring } from '../common/configuration/keyrings.ts';
import { InvalidParameterError } from '../common/errors.ts';

/** For so long further pages belong to the look that the first one was recorded as. */
const LOOK_MS = 3_600_000;
const MAC_BYTES = 16;

/** Whose look it is, and at what. */
export interface Look {
  /** Id of the user, and of the session or key. */
  readonly reader: readonly string[];
  readonly filter: readonly (string | undefined)[];
}

export interface Position {
  /** Number of the last record shown. */
  readonly seq: number;
  /** When the look was recorded, in milliseconds since 1970. */
  readonly begunAt: number;
}

const macOf = (key: Buffer, { reader, filter }: Look, { seq, begunAt }: Position): Buffer =>
  createHmac('sha256', key)
    .update(JSON.stringify(['audit-cursor', reader, filter.map((value) => value ?? null), seq, begunAt]))
    .digest()
    .subarray(0, MAC_BYTES);

/** Where the next page begins, for this reader. Clients are to hand it back and not to make one. */
export function cursorOf(keyring: Keyring, look: Look, position: Position): string {
  const mac = macOf(keyring.active.key, look, position).toString('base64url');
  return Buffer.from(`${position.seq}:${position.begunAt}:${mac}`).toString('base64url');
}

/**
 * `isRecorded`: this reader was given it a moment ago, with a page of the same filter, so there is a record of the look. Who
 * made it up, took it from somebody else or comes back later is shown the page too, and recorded again.
 * @throws InvalidParameterError for what no answer looks like
 */
export function positionOf(
  keyring: Keyring,
  look: Look,
  cursor: string,
  now: number,
): Position & { readonly isRecorded: boolean } {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, seq, begunAt, given = ''] = /^(\d{1,15}):(\d{1,15}):([\w-]{22})$/.exec(text) ?? [];
  if (seq === undefined || begunAt === undefined)
    throw new InvalidParameterError('cursor', 'must be the nextCursor of the answer before');
  const position = { seq: Number(seq), begunAt: Number(begunAt) };
  const mac = Buffer.from(given, 'base64url');
  const isOurs = keyring.all().some(({ key }) => timingSafeEqual(macOf(key, look, position), mac));
  return { ...position, isRecorded: isOurs && now - position.begunAt < LOOK_MS };
}
