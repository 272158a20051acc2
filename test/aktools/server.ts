import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { close, listen } from '../support/listen.ts';

const START_MS = 60_000;

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await close(server);
  return port;
}

/** Ends with the tests, however they end. */
const WITH_US = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL'] : [];

/** The real AKTools, started as the image starts it. */
export interface AKToolsServer {
  readonly url: string;
  /** What it printed. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

/** @param sites where AkShare's requests go instead of the quote sites */
export async function startAKTools(python: string, sites: string, home: string): Promise<AKToolsServer> {
  const port = await freePort();
  const uvicorn = ['-m', 'uvicorn', 'aktools.main:app', '--host', '127.0.0.1', '--port', String(port)];
  const [program, ...args] = [...WITH_US, python, ...uvicorn, '--no-access-log'];
  const child = spawn(program ?? python, args, {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      VERCEL: '1',
      LANG: 'C.UTF-8',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONPATH: join(import.meta.dirname, 'upstream'),
      UPSTREAM_STAND_IN: sites,
    },
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const url = `http://127.0.0.1:${port}`;
  const text = (): string => output.join('');
  await whenReady(url, child, text);
  return { url, output: text, stop: () => stop(child) };
}

async function whenReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`AKTools ended with ${child.exitCode}: ${output()}`);
    const answer = await fetch(`${url}/openapi.json`).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(100);
  }
  child.kill('SIGKILL');
  throw new Error(`AKTools does not answer after ${START_MS / 1000} s: ${output()}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(late);
}
