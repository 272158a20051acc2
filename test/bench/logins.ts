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
import {
  createPeople,
  FORGOTTEN_MS,
  LOGINS,
  type Logins,
  loopDelayMs,
  MOST_DELAY_MS,
  signInAll,
  TOLD_MS,
} from '../../app/server/src/testing/logins.ts';
import { startEmbeddedPostgres } from '../../hack/postgres/embedded.ts';
import { buildServer, run, SERVER } from '../../hack/start/build.ts';
import { type AppServer, untilStopped, withServer } from './app-server.ts';
import { openLoop, type Measured, percentile } from './open-loop.ts';
import type { Section } from './report.ts';

/** As taskset takes them, and what the table calls them. */
const CORES = new Map([
  ['0,1', 'both'],
  ['0', 'one'],
]);
const SMALL_PER_SECOND = 20;
const SMALL_SECONDS = 10;

interface Row extends Logins {
  readonly cores: string;
  /** Milliseconds, 99th percentile. */
  readonly delayAtRest: number;
  readonly delay: number;
  readonly beside: Measured;
}

async function measureOn({ url, managementUrl }: AppServer, cores: string): Promise<Row> {
  const small = (): string => `${url}/api/v1/calendar?from=2026-01-05&to=2026-01-09`;
  // Its start is not at rest.
  await openLoop(small, { perSecond: SMALL_PER_SECOND, seconds: FORGOTTEN_MS / 1000 });
  const delayAtRest = await loopDelayMs(managementUrl);
  const signingIn = signInAll(url);
  const beside = openLoop(small, { perSecond: SMALL_PER_SECOND, seconds: SMALL_SECONDS });
  const logins = await signingIn;
  await sleep(TOLD_MS);
  const delay = await loopDelayMs(managementUrl);
  return { cores, ...logins, delayAtRest, delay, beside: await beside };
}

async function createUsers(adminUrl: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  await createPeople((text, values) => client.query(text, values));
  await client.end();
}

/** What breaks the bound; empty: nothing. */
function complaintsAbout(rows: readonly Row[]): string[] {
  return rows
    .filter(({ delay }) => !(delay < MOST_DELAY_MS))
    .map(
      ({ cores, delay }) =>
        `logins, cores ${cores}: the event loop was held up by ${shown(delay)} ms, must be below ${MOST_DELAY_MS} ms`,
    );
}

const shown = (value: number): string => value.toFixed(1);

function rowOf({ cores, seconds, refused, delayAtRest, delay, beside }: Row): string {
  const cells = [
    CORES.get(cores),
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

function tableOf(rows: readonly Row[]): string {
  return [
    '## Signing in',
    '',
    `${LOGINS} users sign in at once and come again when they are told to; beside them ${SMALL_PER_SECOND} small questions per second.`,
    '',
    '| cores of the server | all signed in, s | refused for the moment | event loop held up, p99 ms, before | while they sign in | small question, p50 ms | p99 ms | failed |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(rowOf),
  ].join('\n');
}

export async function measureLogins(): Promise<Section> {
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
    const rows: Row[] = [];
    for (const cores of CORES.keys())
      rows.push(await withServer(postgres.url('application'), cores, (server) => measureOn(server, cores)));
    return { text: tableOf(rows), complaints: complaintsAbout(rows) };
  });
}
