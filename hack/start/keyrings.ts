import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeSecret } from './secret-file.ts';

/** The server says which it reads; test/contract/keyrings.unit.test.ts holds this against it. */
export const PURPOSES = ['session', 'pepper', 'encryption'] as const;

/**
 * The folder of the server's keys; what is missing in it is made, what is there stays: without them API keys and
 * everything that is stored encrypted are lost. The kid is random, so that what an earlier key made is seen to be another's.
 */
export function keyringsFolder(home: string): string {
  const folder = join(home, 'keyrings');
  for (const purpose of PURPOSES) {
    const file = `${purpose}.json`;
    if (!existsSync(join(folder, file))) writeSecret(folder, file, JSON.stringify([newKey()]));
  }
  return folder;
}

const newKey = (): Readonly<Record<'kid' | 'state' | 'key', string>> => ({
  kid: randomBytes(4).toString('hex'),
  state: 'active',
  key: randomBytes(32).toString('base64'),
});
