import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** A sentence, so that "ok" and "n/a" are no reasons. */
export const Reason = z.string().min(20, 'needs a reason of at least 20 characters');
/** `2026-11-26` */
export const Day = z.iso.date();

/**
 * A data file of this folder.
 * @throws Error naming the file and every value that does not follow the schema
 */
export function readData<T>(name: string, schema: z.ZodType<T>, folder = import.meta.dirname): T {
  const path = join(folder, name);
  const result = schema.safeParse(parse(readFileSync(path, 'utf8')));
  if (!result.success) throw new Error(`${path} is wrong: ${z.prettifyError(result.error)}`);
  return result.data;
}

/** Today as a civil date in UTC. */
export const today = (): string => new Date().toISOString().slice(0, 10);
