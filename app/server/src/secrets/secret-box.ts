import { Inject, Injectable } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import type { Keyrings } from '../common/configuration/keyrings.ts';
import { knownSecrets } from '../common/redaction/known-secrets.ts';
import { peppered } from '../common/pepper.ts';
import { open, seal } from './envelope.ts';
import type { SealedPlace } from './sealed-columns.ts';

export { EnvelopeError } from './envelope.ts';
export type { SealedPlace } from './sealed-columns.ts';

/** 72 bits: nobody meets another value with the same by chance. */
const FINGERPRINT_BYTES = 9;

/** Encrypts what must be readable again and may not stand in the database as it is. */
@Injectable()
export class SecretBox {
  private readonly keyrings: Keyrings;

  constructor(@Inject(CONFIGURATION) { keyrings, role }: Configuration) {
    if (keyrings === undefined) throw new Error(`a ${role} has no keyrings and cannot open secrets`);
    this.keyrings = keyrings;
  }

  /** @returns text for the column; it opens nowhere else, so the id of a new row is chosen before */
  seal(place: SealedPlace, text: string): string {
    knownSecrets.rememberForNow(text);
    return seal(text, place, this.keyrings.encryption);
  }

  /** @throws EnvelopeError (MalformedEnvelopeError, UnknownKeyError, TamperedError); none repeats the value */
  open(place: SealedPlace, sealed: string): string {
    const text = open(sealed, place, this.keyrings.encryption);
    // While it is in use, nothing that is written shall have it: errors of a service repeat what was sent.
    knownSecrets.rememberForNow(text);
    return text;
  }

  /** Tells values of one user and kind apart, `KID.HMAC`; of another user or kind the same value has another one. */
  fingerprint(userId: string, kind: string, value: string): string {
    const { kid, hmac } = peppered(this.keyrings.pepper, 'secret-fingerprint', userId, kind, value);
    return `${kid}.${hmac.subarray(0, FINGERPRINT_BYTES).toString('base64url')}`;
  }
}
