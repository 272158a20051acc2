import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const START = resolve(import.meta.dirname, '../start.ts');
const PATIENCE = { timeout: 120_000, interval: 200 };

interface Started {
  readonly pid: number;
  readonly exited: Promise<number | string>;
  readonly output: () => string;
  readonly errors: () => string;
}

/** Pids of processes that have `text` in their command line. */
function processesOf(text: string, candidates: readonly number[]): number[] {
  return candidates.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

describe.runIf(process.platform === 'linux')('npm start', () => {
  let home: string;
  const running: Started[] = [];
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'npm-start-'));
  });
  afterEach(async () => {
    for (const started of running.splice(0)) {
      process.kill(started.pid, 'SIGTERM');
      await started.exited;
    }
    rmSync(home, { recursive: true, force: true });
  });

  function start(environment: Record<string, string> = {}): Started {
    const { DATABASE_URL: _none, ...inherited } = process.env;
    const env = { ...inherited, PORT: '0', STOCK_ANALYSIS_HOME: join(home, 'state'), ...environment };
    const child = spawn(process.execPath, [START], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const exited = new Promise<number | string>((done) =>
      child.once('close', (code, signal) => done(signal ?? code ?? '')),
    );
    return { pid: child.pid ?? 0, exited, output: () => output, errors: () => errors };
  }

  it('answers with real bars on one printed URL, keeps a second start out, and leaves nothing running', async () => {
    const first = start();
    running.push(first);
    await expect.poll(first.output, PATIENCE).toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+\n$/);
    const url = first.output().trim().replace('listening on ', '');
    const count = async (): Promise<unknown> => {
      const answer = await fetch(`${url}/api/v1/bars/000001.SZ`);
      if (!answer.ok) return answer.status;
      const { items }: { items: unknown[] } = JSON.parse(await answer.text());
      return items.length;
    };
    await expect.poll(count, PATIENCE).toBe(7_972);

    const second = start();
    expect(await second.exited).toBe(1);
    expect(second.errors()).toContain(`is in use by process ${first.pid}`);

    const database = Number(
      readFileSync(join(home, 'state/postgres/data/postmaster.pid'), 'utf8').split('\n')[0],
    );
    expect(processesOf(home, [database])).toEqual([database]);
    running.pop();
    process.kill(first.pid, 'SIGTERM');
    expect(await first.exited).toBe(0);
    expect(processesOf(home, [database])).toEqual([]);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(first.output().trim().split('\n')).toHaveLength(1);
  }, 300_000);

  it('takes the folder over from a start that was killed, and its database stops by itself', async () => {
    const killed = start();
    await expect.poll(killed.output, PATIENCE).toMatch(/^listening/);
    const database = Number(
      readFileSync(join(home, 'state/postgres/data/postmaster.pid'), 'utf8').split('\n')[0],
    );
    process.kill(killed.pid, 'SIGKILL');
    expect(await Promise.race([killed.exited, sleep(10_000, 'late')])).toBe('SIGKILL');
    await expect.poll(() => processesOf(home, [database]), PATIENCE).toEqual([]);
    const next = start();
    running.push(next);
    await expect.poll(next.output, PATIENCE).toMatch(/^listening/);
  }, 300_000);

  it.each([
    [{ PORT: 'eighty' }, 'PORT must be a number between 0 and 65535, not "eighty"'],
    [{ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }, 'ECONNREFUSED'],
  ])(
    'ends with 1 and the reason for %j',
    async (environment, reason) => {
      const { exited, errors, output } = start(environment);
      expect(await exited).toBe(1);
      expect(errors()).toContain(reason);
      expect(output()).toBe('');
    },
    120_000,
  );
});
