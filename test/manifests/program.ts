import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** Exit codes of a scanner that did its work: nothing found, something found. */
const DONE = new Set([0, 1]);

/**
 * What a scanner prints on standard output; it says by its exit code whether it found something, which is no error here.
 * @throws Error with the end of its standard error for any other exit code, or where it printed nothing
 */
export async function captureAnyway(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(program, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, output, problems] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code === null || !DONE.has(code) || output.trim() === '')
    throw new Error(`${program} ended with exit code ${code}: ${problems.trim().slice(-2000)}`);
  return output;
}
