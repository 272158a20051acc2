import { Inject, Injectable } from '@nestjs/common';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import type { Key, Keyring } from '../../common/configuration/keyrings.ts';
import { keyringsOf } from '../../common/configuration/keyrings-of.ts';

/**
 * The second layer against forged requests; the first is the check of `Sec-Fetch-Site` and `Origin`. A page of another
 * site cannot read the token, so it cannot send it. It is bound to the session and signed, so nothing is stored.
 */
@Injectable()
export class CsrfTokens {
  private readonly keyring: Keyring;

  constructor(@Inject(CONFIGURATION) configuration: Configuration) {
    this.keyring = keyringsOf(configuration).session;
  }

  issue(sessionId: string): string {
    const key = this.keyring.active;
    return `${key.kid}.${signature(key, sessionId).toString('base64url')}`;
  }

  /** Whether the token was issued for this session, by any key that is still known. */
  isValid(sessionId: string, token: string): boolean {
    const [kid = '', mac = ''] = token.split('.');
    const key = this.keyring.find(kid);
    if (key === undefined) return false;
    const expected = signature(key, sessionId);
    const given = Buffer.from(mac, 'base64url');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

function signature({ key }: Key, sessionId: string): Buffer {
  return createHmac('sha256', key).update(`csrf ${sessionId}`).digest();
}
