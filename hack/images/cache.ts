import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Removes all but the most recently used `keep` archives whose name starts with `prefix`, with their records. */
export function pruneArchives(folder: string, prefix: string, keep: number): void {
  const files = readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.tar'))
    .map((name) => ({ path: join(folder, name), time: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  for (const { path } of files.slice(keep)) {
    for (const file of [path.replace(/\.tar$/, '.json'), path]) rmSync(file, { force: true });
  }
}

/** Removes what a killed run was writing. */
export function removePartialFiles(folder: string): void {
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.partial')))
    rmSync(join(folder, name));
}

export function ensureFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}
