/** The programs of the server as they are shipped: compiled, in processes of their own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const WORKSPACE = join(import.meta.dirname, '../..');
const STARTED_MS = 60_000;

export interface Program {
  readonly child: ChildProcess;
  /** Its code, or the signal that ended it. */
  readonly exited: Promise<number | string>;
  /** Everything it has said until now. */
  readonly text: () => string;
  /** It has ended, and everything it said is there. */
  readonly isOver: () => boolean;
}

/**
 * Compiles the server; answers the folder of `entrypoint.js`, which the caller removes.
 * @param programs files below `src`, of tests as well, to be compiled beside it
 */
export function compileServer(programs: readonly string[] = []): string {
  // Inside the workspace, so that the compiled code finds its packages.
  const state = join(WORKSPACE, '.state');
  mkdirSync(state, { recursive: true });
  const folder = mkdtempSync(join(state, 'compiled-'));
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const project = join(folder, 'tsconfig.json');
  const files = ['entrypoint.ts', ...programs].map((file) => join(WORKSPACE, 'src', file));
  writeFileSync(project, JSON.stringify({ extends: '../../tsconfig.build.json', files, include: [] }));
  try {
    execFileSync(process.execPath, [compiler, '-p', project, '--outDir', folder], { cwd: WORKSPACE });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    // The compiler tells what is wrong on its standard output.
    const said = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    throw new Error(`the server does not compile:\n${said}`, { cause: error });
  }
  return folder;
}

/** Runs a program of Node on free ports; it inherits nothing but PATH. */
export function startProgram(args: readonly string[], environment: Record<string, string>): Program {
  const base = { PATH: process.env['PATH'] ?? '', HOST: '127.0.0.1', PORT: '0', MANAGEMENT_PORT: '0' };
  const child = spawn(process.execPath, args, {
    env: { ...base, SHUTDOWN_DRAIN_SECONDS: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [text, isOver] = ['', false];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exited = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => {
      isOver = true;
      resolve(signal ?? code ?? 'unknown');
    }),
  );
  return { child, exited, text: () => text, isOver: () => isOver };
}

/** Waits until a program says this; answers the first group. */
export async function whenSays({ text, isOver }: Program, line: RegExp): Promise<string> {
  const givesUpAt = performance.now() + STARTED_MS;
  for (;;) {
    const found = line.exec(text());
    if (found !== null) return found[1] ?? '';
    if (isOver() || performance.now() > givesUpAt)
      throw new Error(`the program did not say ${String(line)}:\n${text().slice(-2_000)}`);
    await sleep(50);
  }
}

/** Waits until there is this answer. */
async function answers(url: string, status: number): Promise<void> {
  const givesUpAt = performance.now() + STARTED_MS;
  while ((await fetch(url)).status !== status) {
    if (performance.now() > givesUpAt) throw new Error(`${url} does not answer ${status}`);
    await sleep(100);
  }
}

export interface Addresses {
  /** Of the public port, as `http://127.0.0.1:1234`. */
  readonly url: string;
  readonly managementUrl: string;
}

/** Where a program that was started as `server` listens; resolves when it is ready. */
export async function whenServing(server: Program): Promise<Addresses> {
  const url = await whenSays(server, /listening on (http:\/\/127\.0\.0\.1:\d+)/);
  const managementUrl = `http://127.0.0.1:${await whenSays(server, /management server on port (\d+)/)}`;
  await answers(`${url}/health/ready`, 200);
  return { url, managementUrl };
}
