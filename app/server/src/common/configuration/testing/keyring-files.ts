import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KEYRING_PURPOSES } from '../keyrings.ts';

/** A folder with one active key per purpose, for processes and for `loadConfiguration`; the caller removes it. */
export function createKeyringFiles(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyrings-'));
  for (const [index, purpose] of KEYRING_PURPOSES.entries()) {
    const key = Buffer.alloc(32, index + 1).toString('base64');
    writeFileSync(join(folder, `${purpose}.json`), JSON.stringify([{ kid: 'test', state: 'active', key }]));
  }
  return folder;
}
