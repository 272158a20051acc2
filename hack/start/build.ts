import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';
import { say } from '../lib/progress.ts';

export const SERVER = join(ROOT, 'app/server');
const WEB = join(ROOT, 'app/web');

function newestChange(paths: readonly string[]): number {
  let newest = 0;
  for (const path of paths.filter((candidate) => existsSync(candidate))) {
    const stat = statSync(path);
    const inside = stat.isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [];
    newest = Math.max(newest, stat.mtimeMs, newestChange(inside));
  }
  return newest;
}

function isOutOfDate(output: string, sources: readonly string[]): boolean {
  return !existsSync(output) || statSync(output).mtimeMs < newestChange(sources);
}

/** Runs a program to its end; its output is shown when it fails. */
export async function run(
  what: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<void> {
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  if (code !== 0) throw new Error(`${what} failed (exit code ${code}):\n${output}`);
}

/** A successful build leaves a stamp, so that one that was killed half-way is done again. */
async function build(
  name: string,
  folder: string,
  sources: readonly string[],
  args: readonly string[],
): Promise<void> {
  const stamp = join(folder, 'dist/.built');
  if (
    !isOutOfDate(stamp, [...sources.map((source) => join(folder, source)), join(ROOT, 'package-lock.json')])
  )
    return;
  const started = performance.now();
  rmSync(stamp, { force: true });
  await run(`building ${name}`, args, { cwd: folder });
  writeFileSync(stamp, '');
  say(`built ${name} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

export const buildServer = (): Promise<void> =>
  build(
    'app/server',
    SERVER,
    ['src', 'tsconfig.json', 'tsconfig.build.json'],
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
  );

export async function buildWeb(): Promise<void> {
  if (!existsSync(join(WEB, 'index.html'))) return;
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  await build(
    'app/web',
    WEB,
    ['src', 'public', 'index.html', 'vite.config.ts', 'package.json'],
    [vite, 'build', '--logLevel', 'warn'],
  );
}
