import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

const Manifest = z.object({ name: z.string(), version: z.string(), type: z.string(), license: z.string() });

// Never loaded by Node under node_modules: it refuses TypeScript there, and reads maps only when told to.
const UNUSED_EXTENSIONS = /\.(ts|mts|cts|map|md|markdown|flow|c|cc|cpp|h|gyp|gypi)$/i;
const LEGAL = /^(licen[cs]e|notice|copying|copyright|authors)/i;
const UNUSED_FOLDERS = new Set([
  'test',
  'tests',
  '__tests__',
  'doc',
  'docs',
  'example',
  'examples',
  'bench',
  'benchmark',
  'benchmarks',
  'coverage',
  '.github',
]);

/**
 * Whether a file of an installed package is needed at run time.
 * @param path relative to the package's own folder
 * @param platform whose native add-ons stay, `linux-x64`
 */
export function isRuntimeFile(path: string, platform: string): boolean {
  const parts = path.split('/');
  if (LEGAL.test(basename(path))) return true;
  // Settings of the package's own linters and pipelines.
  if (parts.some((part) => part.startsWith('.'))) return false;
  if (parts.length > 1 && UNUSED_FOLDERS.has(parts[0] ?? '')) return false;
  if (parts[0] === 'prebuilds' && parts.length > 1 && parts[1] !== platform) return false;
  return !UNUSED_EXTENSIONS.test(path);
}

/** Packages of which little is used: of a font in nine weights and two formats, two files of 3 MB out of 74. */
const USED_FILES: ReadonlyMap<string, RegExp> = new Map([
  [
    'node_modules/@fontsource/noto-sans-sc',
    /^files\/noto-sans-sc-chinese-simplified-(400|700)-normal\.woff$/,
  ],
]);

/** @param folder of the package, as the lockfile names it */
function isUsed(folder: string, file: string): boolean {
  const used = USED_FILES.get(folder);
  return used === undefined || used.test(file) || file === 'package.json' || LEGAL.test(basename(file));
}

/** Every file below a folder, relative to it, sorted, without following links. */
export function listFiles(folder: string, skip: (name: string) => boolean = () => false): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => !skip(entry.name));
  return entries
    .flatMap((entry) =>
      entry.isDirectory()
        ? listFiles(join(folder, entry.name), skip).map((file) => `${entry.name}/${file}`)
        : [entry.name],
    )
    .sort();
}

/** Copies what packages need at run time into `target`, each at its place in the tree. */
export function stagePackages(
  root: string,
  folders: readonly string[],
  target: string,
  platform: string,
): void {
  for (const folder of folders) {
    const source = join(root, folder);
    if (!existsSync(source))
      throw new Error(`${folder} is in package-lock.json and not installed: run npm ci`);
    // Nested packages are listed on their own, with their own rules for what lies at a package's root.
    for (const file of listFiles(source, (name) => name === 'node_modules')) {
      if (isRuntimeFile(file, platform) && isUsed(folder, file))
        cpSync(join(source, file), join(target, folder, file), { dereference: true });
    }
  }
}

/** What Node reads of a workspace's package.json: everything else would only tell which registry or script made it. */
export function stageManifest(root: string, workspace: string, target: string): void {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8')));
  mkdirSync(join(target, workspace), { recursive: true });
  writeFileSync(join(target, workspace, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Copies files of the project that exist, by path relative to the root. */
export function stageFiles(root: string, files: readonly string[], target: string): void {
  for (const file of files.filter((one) => existsSync(join(root, one)))) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(root, file), join(target, file));
  }
}

/** An empty folder in place of whatever an earlier run left there. */
export function freshFolder(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** One mode for all, whatever the umask of the machine: readable by everybody, writable by nobody but root. */
export function normaliseModes(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const executable = entry.isDirectory() || (statSync(path).mode & 0o111) !== 0;
    chmodSync(path, executable ? 0o755 : 0o644);
  }
  chmodSync(folder, 0o755);
}
