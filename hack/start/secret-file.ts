import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Written beside and renamed, so that it is never open to others and never half there; returns its path. */
export function writeSecret(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, name);
  writeFileSync(`${file}.partial`, `${text}\n`, { mode: 0o600, flush: true });
  renameSync(`${file}.partial`, file);
  return file;
}
