import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits as 43 characters of base64url: guessing one is out of question, so a plain hash protects it. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
