import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** Its standard error is also shown on ours while it runs, for whoever waits. */
  readonly showsProgress?: boolean;
  /** Kills the program when we end, however we end; where the system cannot (not Linux), it goes on to its own end. */
  readonly endsWithUs?: boolean;
}

const withParentDeathSignal = (command: readonly string[]): readonly string[] =>
  process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', ...command] : command;

export interface Output {
  readonly stdout: string;
  /** Warnings of a program that did its work, such as kubectl's of the API server. */
  readonly stderr: string;
}

/**
 * Runs a program to its end and returns what it printed on standard output.
 * @throws Error with the command line and the end of its standard error when it exits other than 0.
 */
export async function capture(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  return (await captureBoth(program, args, options)).stdout;
}

/** Like {@link capture}, with what it printed on standard error beside it. */
export function captureBoth(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Output> {
  return new Promise((resolve, reject) => {
    const asked = [program, ...args];
    const [file = program, ...rest] = options.endsWithUs === true ? withParentDeathSignal(asked) : asked;
    const child = spawn(file, rest, {
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      err.push(chunk);
      if (options.showsProgress === true) process.stderr.write(chunk);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      const stderr = Buffer.concat(err).toString('utf8');
      if (code === 0) return resolve({ stdout: Buffer.concat(out).toString('utf8'), stderr });
      const text = stderr.trim().slice(-2000);
      reject(new Error(`${program} ${args.join(' ')} ended with exit code ${code}: ${text}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}
