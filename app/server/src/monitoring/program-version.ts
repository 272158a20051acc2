import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const packageJson = z.object({ version: z.string() });

/** Of the package that a folder is in, wherever the program was compiled to. @throws Error where there is none */
function versionOf(folder: string): string {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return packageJson.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
  const above = dirname(folder);
  if (above === folder) throw new Error('the program is in no package, so it does not know its version');
  return versionOf(above);
}

/** Of the release that runs. */
export const PROGRAM_VERSION = versionOf(import.meta.dirname);
