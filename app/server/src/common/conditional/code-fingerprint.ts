import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Digest of the program files below `folder`. Part of every entity tag: an upgrade may answer the same data in another
 * form or to other digits, and while it rolls out clients meet both programs.
 */
export function codeFingerprint(folder: string): string {
  const digest = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name))
    .toSorted();
  for (const name of files) digest.update(name).update(readFileSync(join(folder, name)));
  return digest.digest('base64url').slice(0, 16);
}
