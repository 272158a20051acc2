import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages } from '../../hack/lib/debian-packages.ts';
import { withLock } from '../../hack/lib/lock.ts';
import { cacheDir, ROOT } from '../../hack/lib/paths.ts';
import { step } from '../../hack/lib/progress.ts';
import { capture } from '../../hack/lib/shell.ts';

/** What the image has; its hashes are of the wheels for the image's Python, so that here the versions count. */
const REQUIREMENTS = join(ROOT, 'hack/images/aktools/requirements.txt');

/** `name==version` of every package, from a list with hashes and comments. */
export function pinsIn(requirements: string): readonly string[] {
  return requirements.split('\n').flatMap((line) => /^[A-Za-z0-9._-]+==[^\s;]+/.exec(line)?.[0] ?? []);
}

async function canMakeEnvironments(): Promise<boolean> {
  return capture('python3', ['-c', 'import ensurepip, venv']).then(
    () => true,
    () => false,
  );
}

/**
 * A Python with AKTools in the versions of the image, for tests against the real program; made once per list of versions
 * and Python, and kept in the cache. Nothing of the image's build is needed.
 * @returns path of the interpreter
 * @throws Error when there is no Python and none can be installed, or the package index does not answer
 */
export async function ensureAKTools(): Promise<string> {
  if (!(await canMakeEnvironments()))
    await ensurePackages({ python3: '/usr/bin/python3', 'python3-venv': '/usr/share/doc/python3-venv' });
  const pins = pinsIn(readFileSync(REQUIREMENTS, 'utf8'));
  const version = await capture('python3', ['-c', 'import sys; print(sys.version, sys.prefix)']);
  const key = createHash('sha256')
    .update([version, ...pins].join('\n'))
    .digest('hex')
    .slice(0, 16);
  const folder = join(cacheDir(), 'aktools', key);
  const [complete, python] = [join(folder, 'complete'), join(folder, 'bin/python')];
  mkdirSync(join(cacheDir(), 'aktools'), { recursive: true });
  await withLock(`${folder}.lock`, { holder: `the tests of AKTools in ${ROOT}` }, async () => {
    if (existsSync(complete)) return;
    await step(`install AKTools from PyPI (${pins.length} packages)`, () => install(folder, python, pins));
    writeFileSync(complete, '');
  });
  return python;
}

/** An environment cannot be moved, so it is made in place and only `complete` says that it is whole. */
async function install(folder: string, python: string, pins: readonly string[]): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  await capture('python3', ['-m', 'venv', folder]);
  const quietly = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-deps'];
  await capture(python, ['-m', 'pip', 'install', ...quietly, ...pins]);
  await capture(python, ['-m', 'pip', 'check', '--disable-pip-version-check']);
}
