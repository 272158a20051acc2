import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PURPOSES } from './keyrings.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** What the README promises after `npm ci`: a URL in under a minute, builds and the making of a database included. */
const URL_SECONDS = 60;
/** Beside other tests everything takes longer; the line that the test prints is to be read where nothing else runs. */
const SLACK = 3;
const PATIENCE = { timeout: URL_SECONDS * SLACK * 1000, interval: 100 };
const LISTENING = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/m;

interface Started {
  /** Of npm, which is what a user's terminal knows. */
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

const parentOf = (pid: number): number =>
  Number(/^\d+ \(.*\) \w (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => {
    try {
      return parentOf(pid) === parent;
    } catch {
      return false; // gone meanwhile
    }
  });
}

const keysOf = (home: string): string[] =>
  PURPOSES.map((purpose) => {
    const [{ key }]: [{ key: string }] = JSON.parse(
      readFileSync(join(home, `state/keyrings/${purpose}.json`), 'utf8'),
    );
    return key;
  });

/** The process that npm started for us, without a shell in between. */
function startOf({ pid }: Started): number {
  const [child] = processesOf('hack/start.ts', childrenOf(pid));
  if (child === undefined) throw new Error(`npm (${pid}) has no child that runs hack/start.ts`);
  return child;
}

/** What the program itself printed: npm announces the script before it. */
const linesOf = ({ output }: Started): string[] =>
  output()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('> '));

describe.runIf(process.platform === 'linux')('npm start', () => {
  let home: string;
  const running: Started[] = [];
  /** With the token of the state folder, from its own page's origin, as a browser would send it. @returns the status */
  async function setUp(url: string, username: string): Promise<number> {
    const token = readFileSync(join(home, 'state/bootstrap-token'), 'utf8').trim();
    const body = JSON.stringify({ token, username, password: 'four words nobody else has chosen' });
    const headers = { 'Content-Type': 'application/json', Origin: url };
    return (await fetch(`${url}/api/v1/auth/setup`, { method: 'POST', headers, body })).status;
  }

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'npm-start-'));
  });
  afterEach(async () => {
    for (const started of running.splice(0)) {
      const isAlive = (await Promise.race([started.exited, sleep(1, 'alive')])) === 'alive';
      if (isAlive) process.kill(started.pid, 'SIGTERM');
      await started.exited;
    }
    rmSync(home, { recursive: true, force: true });
  });

  function start(environment: Record<string, string> = {}): Started {
    const { DATABASE_URL: _none, DATABASE_URL_FILE: _file, ...inherited } = process.env;
    const env = { ...inherited, PORT: '0', STOCK_ANALYSIS_HOME: join(home, 'state'), ...environment };
    const child = spawn('npm', ['start'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const exited = new Promise<number | string>((done) =>
      child.once('close', (code, signal) => done(signal ?? code ?? '')),
    );
    return { pid: child.pid ?? 0, exited, output: () => output, errors: () => errors };
  }

  /** An environment is inherited and visible in /proc; server and worker get their passwords as files. */
  function expectNoPassword(parent: number): void {
    const text = readFileSync(join(home, 'state/postgres/passwords.json'), 'utf8');
    const passwords = Object.values(JSON.parse(text) as Record<string, string>);
    const secrets = [
      ...passwords,
      ...keysOf(home),
      readFileSync(join(home, 'state/bootstrap-token'), 'utf8').trim(),
    ];
    const children = processesOf('dist/entrypoint.js', childrenOf(parent));
    expect(children).toHaveLength(2);
    for (const child of children) {
      const environment = readFileSync(`/proc/${child}/environ`, 'utf8');
      expect(environment).toContain('DATABASE_URL_FILE=');
      expect(secrets.filter((secret) => environment.includes(secret))).toEqual([]);
      // What makes administrators and keys is the server's alone.
      const isServer = processesOf('entrypoint.js\0server', [child]).length > 0;
      expect(/KEYRINGS_DIR=/.test(environment)).toBe(isServer);
      expect(/BOOTSTRAP_TOKEN_FILE=/.test(environment)).toBe(isServer);
    }
    for (const name of ['database-url', 'migrate-database-url'])
      expect(statSync(join(home, 'state/secrets', name)).mode & 0o077).toBe(0);
  }

  it('prints one URL in time with nothing built, serves real bars, and leaves nothing running', async () => {
    for (const workspace of ['server', 'web'])
      rmSync(join(ROOT, 'app', workspace, 'dist/.built'), { force: true });
    const begun = performance.now();
    const first = start();
    running.push(first);
    await expect.poll(first.output, PATIENCE).toMatch(LISTENING);
    const seconds = (performance.now() - begun) / 1000;
    console.log(`npm start to its URL, with both builds and a new database: ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(URL_SECONDS * SLACK);
    expect(linesOf(first)).toHaveLength(1);
    const url = LISTENING.exec(first.output())?.[1] ?? '';
    const count = async (): Promise<unknown> => {
      const answer = await fetch(`${url}/api/v1/bars/000001.SZ`);
      if (!answer.ok) return answer.status;
      const { items }: { items: unknown[] } = JSON.parse(await answer.text());
      return items.length;
    };
    await expect.poll(count, PATIENCE).toBe(7_972);
    expectNoPassword(startOf(first));
    expect(first.errors()).toContain(
      `POST /api/v1/auth/setup with the token in ${join(home, 'state/bootstrap-token')}`,
    );
    expect([await setUp(url, 'first'), await setUp(url, 'second')]).toEqual([201, 403]);
    const metricsOf = async (name: string): Promise<string> => {
      const address = new RegExp(`of the ${name} on (http://127.0.0.1:\\d+)`).exec(first.errors())?.[1];
      return (await fetch(`${address}/metrics`)).text();
    };
    expect(await metricsOf('server')).toContain('role="server"');
    expect(await metricsOf('worker')).toContain('stock_analysis_quarantine_open_rows');

    const second = start();
    expect(await second.exited).toBe(1);
    expect(second.errors()).toContain(`is in use by process ${startOf(first)}`);

    const database = Number(
      readFileSync(join(home, 'state/postgres/data/postmaster.pid'), 'utf8').split('\n')[0],
    );
    expect(processesOf(home, [database])).toEqual([database]);
    running.pop();
    process.kill(first.pid, 'SIGTERM');
    expect(await first.exited).toBe(0);
    expect(processesOf(home, [database])).toEqual([]);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(linesOf(first)).toHaveLength(1);
  }, 500_000);

  it('takes the folder over from a start that was killed, and its database stops by itself', async () => {
    const killed = start();
    await expect.poll(killed.output, PATIENCE).toMatch(LISTENING);
    expect(await setUp(LISTENING.exec(killed.output())?.[1] ?? '', 'first')).toBe(201);
    const database = Number(
      readFileSync(join(home, 'state/postgres/data/postmaster.pid'), 'utf8').split('\n')[0],
    );
    process.kill(startOf(killed), 'SIGKILL');
    expect(await Promise.race([killed.exited, sleep(10_000, 'late')])).not.toBe('late');
    await expect.poll(() => processesOf(home, [database]), PATIENCE).toEqual([]);
    const keys = keysOf(home);
    const next = start();
    running.push(next);
    await expect.poll(next.output, PATIENCE).toMatch(LISTENING);
    expect(keysOf(home)).toEqual(keys);
    // The token made its administrator before.
    await expect.poll(next.errors, PATIENCE).toContain('logs in ');
    expect(next.errors()).not.toContain('auth/setup');
    for (const name of ['server', 'worker'])
      expect(readFileSync(join(home, `state/log/${name}.previous.log`), 'utf8')).not.toBe('');
    // And a database that dies under it is not served without.
    const pid = readFileSync(join(home, 'state/postgres/data/postmaster.pid'), 'utf8').split('\n')[0];
    process.kill(Number(pid), 'SIGKILL');
    expect(await Promise.race([next.exited, sleep(30_000, 'late')])).toBe(1);
    expect(`${next.output()}${next.errors()}`).toContain('PostgreSQL ended (SIGKILL)');
  }, 500_000);

  it.each([
    [{ PORT: 'eighty' }, 'PORT must be a number between 0 and 65535, not "eighty"'],
    [{ PORT: '1e4' }, 'PORT must be a number between 0 and 65535, not "1e4"'],
    [{ PORT: '6000' }, 'port 6000 is one that browsers refuse to open: set PORT to another one'],
    [{ STOCK_ANALYSIS_HOME: '/proc/nope/state' }, 'the state folder /proc/nope/state cannot be written'],
    [
      { DATABASE_URL: 'postgresql://u:secret@127.0.0.1:1/none' },
      'DATABASE_URL: the database at 127.0.0.1:1 cannot be used (connect ECONNREFUSED 127.0.0.1:1); correct it',
    ],
    [{ DATABASE_URL: 'mysql://u:secret@host/x' }, 'DATABASE_URL must hold a URL like postgresql://'],
    [{ STOCK_ANALYSIS_CONFIG_FILE: 'none.yaml' }, `cannot read ${join(ROOT, 'none.yaml')}`],
    [{ DATABASE_URL_FILE: '/no/such/file' }, 'DATABASE_URL_FILE: /no/such/file cannot be read (ENOENT'],
    [{ DATABASE_URL: 'postgresql://x', DATABASE_URL_FILE: '/x' }, 'are both set: keep one'],
  ])(
    'ends with 1 and the reason for %j',
    async (environment, reason) => {
      const started = start(environment);
      expect(await started.exited).toBe(1);
      expect(started.errors()).toContain(reason);
      expect(started.errors()).not.toMatch(/secret|^ +at /m);
      expect(linesOf(started)).toEqual([]);
    },
    120_000,
  );
});
