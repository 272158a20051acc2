/** The server of the application as a process of its own, on cores that the measurement chooses. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../hack/lib/ports.ts';
import { SERVER } from '../../hack/start/build.ts';
import { keyringsFolder } from '../../hack/start/keyrings.ts';
import { nodeOptionsOf } from './node-options.ts';

const READY_DEADLINE_MS = 30_000;
/** A measurement is one client; limits are for many. */
const UNHURRIED = `
security:
  rateLimit:
    {readingPerMinute: 100000, writingPerMinute: 100000, loginPerMinute: 100000, exportsPerMinute: 100000, aiPerMinute: 100000}
`;

export interface AppServer {
  readonly url: string;
  readonly managementUrl: string;
  readonly pid: number;
}

const stopping = new Set<() => Promise<void>>();

/** For a signal in the middle of a measurement; `stop` is what `work` began. */
export async function untilStopped<Result>(
  stop: () => Promise<void>,
  work: () => Promise<Result>,
): Promise<Result> {
  stopping.add(stop);
  try {
    return await work();
  } finally {
    stopping.delete(stop);
    await stop();
  }
}

export async function stopServers(): Promise<void> {
  await Promise.all([...stopping].map((stop) => stop()));
}

/** Moves a running process, all of its threads and what it starts from now on. */
export const pin = (pid: number, cores: string): void =>
  void execFileSync('taskset', ['--all-tasks', '--pid', '--cpu-list', cores, String(pid)], {
    stdio: 'ignore',
  });

async function awaitReady(url: string, server: ChildProcess): Promise<void> {
  const deadline = performance.now() + READY_DEADLINE_MS;
  while (server.exitCode === null && performance.now() < deadline) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(`the server at ${url} is not ready after ${READY_DEADLINE_MS} ms`);
}

/** @param cores as taskset takes them, `0` or `0,1` */
export async function withServer<Result>(
  databaseUrl: string,
  cores: string,
  work: (server: AppServer) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'stock-analysis-bench-server-'));
  const configuration = join(folder, 'config.yaml');
  writeFileSync(configuration, UNHURRIED);
  const [port, managementPort] = [await freePort(), await freePort()];
  const server = spawn('taskset', ['--cpu-list', cores, process.execPath, 'dist/entrypoint.js', 'server'], {
    cwd: SERVER,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      NODE_OPTIONS: nodeOptionsOf('server'),
      HOST: '127.0.0.1',
      PORT: String(port),
      MANAGEMENT_PORT: String(managementPort),
      DATABASE_URL: databaseUrl,
      KEYRINGS_DIR: keyringsFolder(folder),
      STOCK_ANALYSIS_CONFIG_FILE: configuration,
      LOG_LEVEL: 'error',
      SHUTDOWN_DRAIN_SECONDS: '0',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = new Promise((resolve) => server.once('exit', resolve));
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  return untilStopped(stop, async () => {
    const url = `http://127.0.0.1:${port}`;
    await awaitReady(url, server);
    return work({ url, managementUrl: `http://127.0.0.1:${managementPort}`, pid: server.pid ?? 0 });
  });
}
