import { spawn } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT } from '../lib/paths.ts';
import { say } from '../lib/progress.ts';

export const SERVER = join(ROOT, 'app/server');
const WEB = join(ROOT, 'app/web');
/** Within what was built: it is whole. */
const STAMP = '.built';
const ATTEMPTS = 5;

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

/**
 * Builds beside what is there and takes its place at once when it is whole: another `npm start` may be serving that, or be building the
 * same. The stamp is of the beginning, so what is changed meanwhile is built the next time.
 */
async function build(
  name: string,
  folder: string,
  sources: readonly string[],
  argsFor: (output: string) => readonly string[],
): Promise<void> {
  const built = join(folder, 'dist');
  const inputs = [...sources.map((source) => join(folder, source)), join(ROOT, 'package-lock.json')];
  if (!isOutOfDate(join(built, STAMP), inputs)) return;
  clean(built);
  const started = performance.now();
  const output = `${built}.${process.pid}`;
  const stamp = join(output, STAMP);
  const begun = new Date();
  try {
    await run(`building ${name}`, argsFor(output), { cwd: folder });
    writeFileSync(stamp, '');
    utimesSync(stamp, begun, begun);
    replace(built, output);
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
  say(`built ${name} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** Another builder may be doing the same at this moment: then it is tried again. */
function replace(old: string, by: string): void {
  const gone = `${by}.gone`;
  for (let attempt = 1; ; attempt += 1)
    try {
      if (existsSync(old)) renameSync(old, gone);
      renameSync(by, old);
      break;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    } finally {
      rmSync(gone, { recursive: true, force: true });
    }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** What builders that were killed have left. */
function clean(built: string): void {
  const prefix = `${basename(built)}.`;
  for (const name of readdirSync(dirname(built)).filter((one) => one.startsWith(prefix))) {
    const [pid] = name.slice(prefix.length).split('.');
    if (!isAlive(Number(pid))) rmSync(join(dirname(built), name), { recursive: true, force: true });
  }
}

export const buildServer = (): Promise<void> =>
  build('app/server', SERVER, ['src', 'tsconfig.json', 'tsconfig.build.json'], (output) => [
    join(ROOT, 'node_modules/typescript/bin/tsc'),
    ...['-p', 'tsconfig.build.json', '--outDir', output],
  ]);

export async function buildWeb(): Promise<void> {
  if (!existsSync(join(WEB, 'index.html'))) return;
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  await build('app/web', WEB, ['src', 'public', 'index.html', 'vite.config.ts', 'package.json'], (output) => [
    vite,
    'build',
    '--outDir',
    output,
    '--logLevel',
    'warn',
  ]);
}
