import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages } from '../../hack/lib/debian-packages.ts';
import { withLock } from '../../hack/lib/lock.ts';
import { cacheDir, ROOT } from '../../hack/lib/paths.ts';
import { step } from '../../hack/lib/progress.ts';
import { capture } from '../../hack/lib/shell.ts';

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

/** A program of PyPI that tests run. */
export interface PythonProgram {
  /** As people call it: AKTools. */
  readonly title: string;
  /** Folder of the cache. */
  readonly folder: string;
  /** Every package in an exact version: nothing else is installed. */
  readonly requirements: string;
}

/**
 * A Python with the packages of a list; made once per list of versions and Python, and kept in the cache.
 * @returns its folder of programs, with `python` among them
 * @throws Error when there is no Python and none can be installed, or the package index does not answer
 */
export async function ensurePythonProgram({ title, folder, requirements }: PythonProgram): Promise<string> {
  if (!(await canMakeEnvironments()))
    await ensurePackages({ python3: '/usr/bin/python3', 'python3-venv': '/usr/share/doc/python3-venv' });
  const pins = pinsIn(readFileSync(requirements, 'utf8'));
  const version = await capture('python3', ['-c', 'import sys; print(sys.version, sys.prefix)']);
  const key = createHash('sha256')
    .update([version, ...pins].join('\n'))
    .digest('hex')
    .slice(0, 16);
  const root = join(cacheDir(), folder);
  const environment = join(root, key);
  const [complete, programs] = [join(environment, 'complete'), join(environment, 'bin')];
  mkdirSync(root, { recursive: true });
  await withLock(`${environment}.lock`, { holder: `the tests with ${title} in ${ROOT}` }, async () => {
    if (existsSync(complete)) return;
    await step(`install ${title} from PyPI (${pins.length} packages)`, () => install(environment, pins));
    writeFileSync(complete, '');
  });
  return programs;
}

/** An environment cannot be moved, so it is made in place and only `complete` says that it is whole. */
async function install(environment: string, pins: readonly string[]): Promise<void> {
  const python = join(environment, 'bin/python');
  rmSync(environment, { recursive: true, force: true });
  await capture('python3', ['-m', 'venv', environment]);
  const quietly = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-deps'];
  await capture(python, ['-m', 'pip', 'install', ...quietly, ...pins]);
  await capture(python, ['-m', 'pip', 'check', '--disable-pip-version-check']);
}
