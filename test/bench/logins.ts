/**
 * What fifty people who sign in at once cost everybody else: how long the event loop of the server is held up, and how
 * long a small question takes beside them. The server has both cores, as its clients and PostgreSQL do; and one core, as
 * a pod with the default limit.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { hashPassword } from '../../app/server/src/auth/passwords/password-hash.ts';
import { startEmbeddedPostgres } from '../../hack/postgres/embedded.ts';
import { buildServer, run, SERVER } from '../../hack/start/build.ts';
import { type AppServer, untilStopped, withServer } from './app-server.ts';
import { openLoop, type Measured, percentile } from './open-loop.ts';

const USERS = 50;
const PASSWORD = 'fifty people who sign in at once';
const SMALL_PER_SECOND = 20;
const SMALL_SECONDS = 10;
const REST_SECONDS = 5;

interface Logins {
  readonly cores: string;
  readonly seconds: number;
  readonly refused: number;
  /** Milliseconds, 99th percentile, as the server's own metric says. */
  readonly delayAtRest: number;
  readonly delay: number;
  readonly beside: Measured;
}

/** Since the last question: the server begins anew at each. */
async function loopDelayMs({ managementUrl }: AppServer): Promise<number> {
  const text = await (await fetch(`${managementUrl}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_p99_seconds(?:\{.*\})? (\S+)$/m.exec(text)?.[1] ?? Number.NaN) * 1000;
}

/** Signs in, as often as it takes. @returns how often the server refused for the moment */
async function signIn({ url }: AppServer, username: string): Promise<number> {
  for (let refused = 0; ; refused += 1) {
    const answer = await fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username, password: PASSWORD }),
    });
    await answer.arrayBuffer();
    if (answer.status === 200) return refused;
    const wait = Number(answer.headers.get('Retry-After'));
    if (answer.status !== 429 || !(wait > 0))
      throw new Error(`signing in was answered with ${answer.status}`);
    await sleep(wait * 1000);
  }
}

async function measureOn(server: AppServer, cores: string): Promise<Logins> {
  const small = (): string => `${server.url}/api/v1/calendar?from=2026-01-05&to=2026-01-09`;
  await loopDelayMs(server);
  await openLoop(small, { perSecond: SMALL_PER_SECOND, seconds: REST_SECONDS });
  const delayAtRest = await loopDelayMs(server);
  const started = performance.now();
  const logins = Promise.all(Array.from({ length: USERS }, (_, index) => signIn(server, `user-${index}`)));
  const beside = openLoop(small, { perSecond: SMALL_PER_SECOND, seconds: SMALL_SECONDS });
  const refused = (await logins).reduce((sum, count) => sum + count, 0);
  const seconds = (performance.now() - started) / 1000;
  const delay = await loopDelayMs(server);
  return { cores, seconds, refused, delayAtRest, delay, beside: await beside };
}

async function createUsers(adminUrl: string): Promise<void> {
  const hash = await hashPassword(PASSWORD);
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(
    `INSERT INTO app.users (username, display_name, role, password_hash)
     SELECT 'user-' || n, 'user', 'viewer', $1 FROM generate_series(0, $2::int - 1) AS n`,
    [hash, USERS],
  );
  await client.end();
}

const shown = (value: number): string => value.toFixed(1);

function rowOf({ cores, seconds, refused, delayAtRest, delay, beside }: Logins): string {
  const cells = [
    cores === '0' ? 'one' : 'both',
    shown(seconds),
    refused,
    shown(delayAtRest),
    shown(delay),
    shown(percentile(beside, 50)),
    shown(percentile(beside, 99)),
    beside.failures,
  ];
  return `| ${cells.join(' | ')} |`;
}

export async function measureLogins(): Promise<string> {
  await buildServer();
  const folder = mkdtempSync(join(tmpdir(), 'stock-analysis-bench-'));
  const postgres = await startEmbeddedPostgres({
    folder: join(folder, 'postgres'),
    logFile: join(folder, 'postgres.log'),
    disposable: true,
  });
  const stop = async (): Promise<void> => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return untilStopped(stop, async () => {
    const environment = { ...process.env, DATABASE_URL: postgres.url('migrator') };
    await run('migrating', ['dist/entrypoint.js', 'migrate'], { cwd: SERVER, env: environment });
    await createUsers(postgres.url('admin'));
    const rows: Logins[] = [];
    for (const cores of ['0,1', '0'])
      rows.push(await withServer(postgres.url('application'), cores, (server) => measureOn(server, cores)));
    return [
      '## Signing in',
      '',
      `${USERS} users sign in at once and come again when they are told to; beside them ${SMALL_PER_SECOND} small questions per second.`,
      '',
      '| cores of the server | all signed in, s | refused for the moment | event loop held up, p99 ms, before | while they sign in | small question, p50 ms | p99 ms | failed |',
      '| --- | --- | --- | --- | --- | --- | --- | --- |',
      ...rows.map(rowOf),
    ].join('\n');
  });
}
