import { randomBytes } from 'node:crypto';
import type { Keyring } from '../../common/configuration/keyrings.ts';
import { type Peppered, peppered, pepperedByAll } from '../../common/pepper.ts';
import { base32, CROCKFORD } from './base32.ts';

const CODES = 10;
/** 80 bits: cannot be tried out even by who has the table and the pepper. */
const CODE_BYTES = 10;
const GROUP = /.{4}(?=.)/g;

/** Ten codes for whoever loses the second factor, `7K2M-0XQ4-…`; shown once, stored by `recoveryCodeHmac`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: CODES }, () =>
    base32(randomBytes(CODE_BYTES), CROCKFORD).replaceAll(GROUP, '$&-'),
  );
}

/** As Crockford's base32 is read: case and hyphens do not matter, and letters that look like digits are digits. */
function normalized(code: string): string {
  return code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}

/** What is stored of a code of this user. */
export function recoveryCodeHmac(pepper: Keyring, userId: string, code: string): Peppered {
  return peppered(pepper, 'recovery-code', userId, normalized(code));
}

/** What may be stored of a code that a user typed: one for each pepper. */
export function recoveryCodeCandidates(pepper: Keyring, userId: string, code: string): Peppered[] {
  return pepperedByAll(pepper, 'recovery-code', userId, normalized(code));
}
