import { existsSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const Record = z.object({
  ref: z.string(),
  /** Path of the docker-archive */
  archive: z.string(),
  /** sha256 of the image's configuration */
  id: z.string(),
  /** Uncompressed bytes of all layers */
  totalBytes: z.number(),
  /** Uncompressed bytes without the layers of the Debian base, which all images share */
  ownBytes: z.number(),
});

/** An image in the cache. */
export type BuiltImage = z.infer<typeof Record>;

const recordFile = (archive: string): string => archive.replace(/\.tar$/, '.json');

/** Written last and whole: an archive without its record is one whose build was cut off. */
export function writeRecord(image: BuiltImage): void {
  const file = recordFile(image.archive);
  writeFileSync(`${file}.partial`, JSON.stringify(image));
  renameSync(`${file}.partial`, file);
}

/** The record of an archive that is complete; it counts as used from now on, so that the oldest go first. */
export function findRecord(archive: string): BuiltImage | undefined {
  const file = recordFile(archive);
  if (!existsSync(file) || !existsSync(archive)) return undefined;
  const now = new Date();
  utimesSync(archive, now, now);
  // The cache may have been moved since.
  return { ...Record.parse(JSON.parse(readFileSync(file, 'utf8'))), archive };
}
