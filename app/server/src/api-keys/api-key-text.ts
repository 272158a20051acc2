import { randomInt } from 'node:crypto';
import { newToken } from '../common/tokens.ts';

/** `stk_<public id>_<secret>`: the prefix lets scanners find a leaked key, the id finds its row, the secret opens it. */
const API_KEY = /^stk_([a-z0-9]{16})_([A-Za-z0-9_-]{43})$/;

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const PUBLIC_ID_LENGTH = 16;

export interface ApiKeyText {
  readonly publicId: string;
  /** 256 bits. */
  readonly secret: string;
}

export function newPublicId(): string {
  return Array.from({ length: PUBLIC_ID_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

export const newSecret = newToken;

/** The parts of a key, undefined where the text is none. */
export function parseApiKey(text: string): ApiKeyText | undefined {
  const [, publicId, secret] = API_KEY.exec(text) ?? [];
  return publicId === undefined || secret === undefined ? undefined : { publicId, secret };
}

export function formatApiKey({ publicId, secret }: ApiKeyText): string {
  return `stk_${publicId}_${secret}`;
}
