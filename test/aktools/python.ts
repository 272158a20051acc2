import { join } from 'node:path';
import { ROOT } from '../../hack/lib/paths.ts';
import { ensurePythonProgram } from '../support/python-environment.ts';

/** What the image has; its hashes are of the wheels for the image's Python, so that here the versions count. */
const REQUIREMENTS = join(ROOT, 'hack/images/aktools/requirements.txt');

/**
 * A Python with AKTools in the versions of the image, for tests against the real program. Nothing of the image's build is
 * needed.
 * @returns path of the interpreter
 */
export async function ensureAKTools(): Promise<string> {
  const programs = await ensurePythonProgram({
    title: 'AKTools',
    folder: 'aktools',
    requirements: REQUIREMENTS,
  });
  return join(programs, 'python');
}
