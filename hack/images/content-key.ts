import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles } from './staging.ts';

const GENERATED = new Set(['node_modules', 'dist', 'testing', 'coverage']);

function isInput(name: string): boolean {
  return !GENERATED.has(name) && !/\.test\.tsx?$/.test(name) && !name.endsWith('.tsbuildinfo');
}

function filesOf(root: string, path: string): string[] {
  if (!existsSync(join(root, path))) return [];
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return listFiles(join(root, path), (name) => !isInput(name)).map((file) => `${path}/${file}`);
}

/**
 * A key over everything that decides an image: the content, path and executable bit of its input files, and facts that
 * are no files (its base, the packages of the lockfile). Times, owners and the place of the checkout do not count.
 * @param paths files or folders relative to the root; tests and generated folders in them are left out
 * @returns 16 hexadecimal digits
 */
export function contentKey(root: string, paths: readonly string[], facts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of paths.flatMap((path) => filesOf(root, path)).sort()) {
    const executable = (statSync(join(root, file)).mode & 0o100) !== 0;
    const digest = createHash('sha256')
      .update(readFileSync(join(root, file)))
      .digest('hex');
    hash.update(`${file}\0${executable ? 'x' : '-'}\0${digest}\n`);
  }
  for (const fact of facts) hash.update(`${fact}\n`);
  return hash.digest('hex').slice(0, 16);
}
