import { Inject, Injectable } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import type { Keyring } from '../common/configuration/keyrings.ts';
import { open, seal } from './envelope.ts';
import type { SealedPlace } from './sealed-columns.ts';

/** Encrypts what must be readable again and may not stand in the database as it is. */
@Injectable()
export class SecretBox {
  private readonly keyring: Keyring;

  constructor(@Inject(CONFIGURATION) { keyrings, role }: Configuration) {
    if (keyrings === undefined) throw new Error(`a ${role} has no keyrings and cannot open secrets`);
    this.keyring = keyrings.encryption;
  }

  /** @returns text for the column; it opens nowhere else, so the id of a new row is chosen before */
  seal(place: SealedPlace, text: string): string {
    return seal(text, place, this.keyring);
  }

  /** @throws EnvelopeError (MalformedEnvelopeError, UnknownKeyError, TamperedError); none repeats the value */
  open(place: SealedPlace, sealed: string): string {
    return open(sealed, place, this.keyring);
  }
}
