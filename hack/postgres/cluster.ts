import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Launch } from './account.ts';
import type { PostgresBinaries } from './binaries.ts';
import { exitOf, startProgram } from './process.ts';

const passwordsSchema = z.object({ admin: z.string(), migrator: z.string(), application: z.string() });

type Passwords = Readonly<z.infer<typeof passwordsSchema>>;

/** Signals in the order they are tried, each with the time it gets: fast shutdown, immediate shutdown, the end. */
export const STOP_STEPS: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 20_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
];

function generate(): string {
  return randomBytes(24).toString('base64url');
}

/** Generated once; the file is ours alone. */
export function passwordsOf(folder: string): Passwords {
  const file = join(folder, 'passwords.json');
  if (!existsSync(file)) {
    const passwords: Passwords = { admin: generate(), migrator: generate(), application: generate() };
    writeFileSync(`${file}.partial`, JSON.stringify(passwords), { mode: 0o600 });
    renameSync(`${file}.partial`, file);
  }
  return passwordsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

export interface InitialiseOptions {
  readonly folder: string;
  readonly logFile: string;
  readonly superuser: string;
  readonly password: string;
  readonly sync: boolean;
}

/** initdb into a folder beside it and a rename, so that a killed first start leaves nothing half-made. */
export async function initialiseCluster(
  binaries: PostgresBinaries,
  launch: Launch,
  options: InitialiseOptions,
): Promise<void> {
  const { folder, logFile } = options;
  const data = join(folder, 'data');
  if (existsSync(join(data, 'PG_VERSION'))) return;
  const partial = join(folder, 'data.partial');
  const passwordFile = join(folder, 'initdb-password');
  rmSync(partial, { recursive: true, force: true });
  // Another account must read it where PostgreSQL runs as one; the folder is closed to everyone else.
  writeFileSync(passwordFile, options.password, { mode: launch.uid === undefined ? 0o600 : 0o644 });
  try {
    const args = [
      '-D',
      partial,
      '-U',
      options.superuser,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
    ];
    const locale = [
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--data-checksums',
    ];
    const outcome = await exitOf(
      startProgram(
        launch,
        binaries.initdb,
        [...args, ...locale, ...(options.sync ? [] : ['--no-sync'])],
        logFile,
      ),
    );
    if (outcome !== 'exit code 0')
      throw new Error(`initdb of the embedded PostgreSQL failed (${outcome}); see ${logFile}`);
    renameSync(partial, data);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** @throws when the data were made by another major version, which this one cannot read */
export function checkMajorVersion(folder: string, binaries: PostgresBinaries): void {
  const stored = readFileSync(join(folder, 'data', 'PG_VERSION'), 'utf8').trim();
  const major = binaries.version.split('.')[0];
  if (stored !== major) {
    throw new Error(
      `${join(folder, 'data')} was made by PostgreSQL ${stored}, this is ${major}; move the folder away to start afresh`,
    );
  }
}

function isPostgresOf(pid: number, data: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data);
  } catch {
    return false;
  }
}

async function awaitGone(pid: number, data: string, milliseconds: number): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (performance.now() < deadline && isPostgresOf(pid, data)) await sleep(50);
}

/** After a kill -9 of our process its database may still run, or its pid may belong to someone else by now. */
export async function clearStaleServer(folder: string): Promise<void> {
  const data = join(folder, 'data');
  const pidFile = join(data, 'postmaster.pid');
  if (process.platform !== 'linux' || !existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  for (const [signal, patience] of STOP_STEPS) {
    if (!isPostgresOf(pid, data)) break;
    process.kill(pid, signal);
    await awaitGone(pid, data, patience);
  }
  rmSync(pidFile, { force: true });
}
