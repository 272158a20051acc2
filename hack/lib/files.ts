import { renameSync, rmSync } from 'node:fs';

/** Has a file written under another name and renamed, so that whoever finds the file finds it whole. */
export async function writeWhole(file: string, write: (partial: string) => Promise<unknown>): Promise<void> {
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  await write(partial);
  renameSync(partial, file);
}
