/**
 * Writes CRD, role rules and API reference from the operator's source. With `--check` it writes nothing and fails
 * when a file differs, so that a change of the source cannot land without them.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './outputs.ts';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

function differing(): [path: string, content: string][] {
  return [...generatedFiles()].filter(([path, content]) => {
    const file = resolve(ROOT, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== content;
  });
}

const stale = differing();
if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`${path} is out of date: run \`make generate\``);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [path, content] of stale) {
    mkdirSync(dirname(resolve(ROOT, path)), { recursive: true });
    writeFileSync(resolve(ROOT, path), content);
    console.log(`wrote ${path}`);
  }
}
