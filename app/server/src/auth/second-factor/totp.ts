import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { base32, base32Bytes, RFC_4648 } from './base32.ts';

/**
 * Time-based one-time passwords, RFC 6238, with the parameters that every authenticator app has: SHA-1 (whose broken
 * collision resistance HMAC does not need), six digits, 30 s. Apps ignore other parameters of the URI without a word.
 */
const DIGITS = 6;
const STEP_SECONDS = 30;
/** As long as the digest, as RFC 4226 recommends. */
const SECRET_BYTES = 20;
/** RFC 6238 5.2: one step for the clock of the phone and for the time that typing takes. */
const WINDOW = 1;

/** @returns 20 random bytes in base32, as apps take them */
export function newTotpSecret(): string {
  return base32(randomBytes(SECRET_BYTES), RFC_4648);
}

/** Number of the step of 30 s that `time` is in. */
function stepAt(time: Date): number {
  return Math.floor(time.getTime() / 1000 / STEP_SECONDS);
}

function codeOf(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', secret).update(counter).digest();
  // Dynamic truncation, RFC 4226 5.3: the last four bits say where to read 31.
  const offset = (digest.at(-1) ?? 0) & 0xf;
  const value = digest.readUInt32BE(offset) & 0x7fff_ffff;
  return String(value % 10 ** DIGITS).padStart(DIGITS, '0');
}

/**
 * The step whose code it is, to be stored as the last one used: no code of it or of an earlier one counts again. Two
 * requests may come with the same code at once, so it counts only for the one that stores it:
 * `UPDATE … SET totp_last_step = $step WHERE totp_last_step IS NULL OR totp_last_step < $step`.
 * @param secret in base32
 * @param code six digits; blanks between them, as apps show them, do not count
 * @returns undefined when the code is wrong, too old, or was used before
 * @throws Error when `secret` is not base32
 */
export function acceptedStep(
  secret: string,
  code: string,
  now: Date,
  lastUsedStep: number | undefined,
): number | undefined {
  const key = base32Bytes(secret, RFC_4648);
  if (key === undefined) throw new Error('the secret of the second factor is not base32');
  const given = Buffer.from(code.replaceAll(' ', ''));
  const current = stepAt(now);
  let accepted: number | undefined;
  // All steps are compared, whichever it is: the time of the answer tells nothing.
  for (let step = Math.max(0, current - WINDOW); step <= current + WINDOW; step += 1) {
    const expected = Buffer.from(codeOf(key, step));
    const isRight = given.length === expected.length && timingSafeEqual(given, expected);
    if (isRight && step > (lastUsedStep ?? -1)) accepted = step;
  }
  return accepted;
}

/**
 * What the QR code says to the app (Key URI format of Google Authenticator).
 * @param account shown below the issuer; neither may hold a colon, which separates them
 */
export function totpUri(secret: string, issuer: string, account: string): string {
  const [by, whose] = [issuer, account].map((label) => encodeURIComponent(label.replaceAll(':', ' ')));
  // Not URLSearchParams, which writes a blank as `+`: some apps show the plus.
  return `otpauth://totp/${by}:${whose}?secret=${secret}&issuer=${by}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_SECONDS}`;
}
