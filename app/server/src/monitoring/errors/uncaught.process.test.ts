import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { compiled } from '../../testing/compiled-server.ts';
import { type Program, startProgram, whenSays } from '../../testing/programs.ts';

/** Within the process of the worker, and none of its code catches it. */
const THROWS = (message: string): string =>
  `data:text/javascript,process.on('SIGUSR2',()=>{Promise.reject(new RangeError(${JSON.stringify(message)}))})`;

interface Row {
  readonly type: string;
  readonly message: string;
  readonly level: string;
  readonly stack: string;
  readonly version: string;
}

let database: TestDatabase;
const programs: Program[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  for (const { child } of programs) child.kill('SIGKILL');
  await Promise.all(programs.map(({ exited }) => exited));
  await database.drop();
});

const errors = (): Promise<Row[]> =>
  database.sql.query<Row>('SELECT type, message, level, stack, version FROM app.tracked_errors');

async function startWorker(message: string): Promise<Program> {
  const args = ['--import', encodeURI(THROWS(message)), compiled('entrypoint'), 'worker'];
  const worker = startProgram(args, { DATABASE_URL: database.urls.application, LOG_LEVEL: 'info' });
  programs.push(worker);
  await whenSays(worker, /management server on port (\d+)/);
  // It has reached the database, so that it can tell, and has time to.
  for (const happened of [
    `SELECT 1 FROM app.component_states WHERE role = 'worker'`,
    `SELECT 1 FROM app.ingestion_runs WHERE kind = 'history' AND status = 'completed'`,
  ])
    await expect.poll(() => database.sql.query(happened), { timeout: 60_000 }).not.toEqual([]);
  return worker;
}

it('what nobody caught ends the process, and is among the errors', async () => {
  const worker = await startWorker('password=hunter2hunter2 was not caught in 42 places');
  worker.child.kill('SIGUSR2');
  expect(await worker.exited).toBe(1);
  expect(worker.text()).toContain('was not caught in 42 places');
  const found = (await errors()).filter(({ type }) => type === 'RangeError');
  expect(found).toMatchObject([
    { message: 'password=[redacted] was not caught in 42 places', level: 'fatal', version: '0.1.0' },
  ]);
  expect(found[0]?.stack).toContain('RangeError');
  const lines = worker
    .text()
    .split('\n')
    .filter((line) => line.startsWith('{"level":"fatal"'));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { role: 'worker', err: { type: 'RangeError', message: found[0]?.message } },
  ]);
  expect(await database.sql.query(`SELECT count FROM app.tracked_errors WHERE type = 'RangeError'`)).toEqual([
    { count: '1' },
  ]);
  expect(worker.text() + JSON.stringify(found)).not.toContain('hunter2');
}, 120_000);

it('ends the process in a second, also where the database does not answer', async () => {
  await database.sql.query('DELETE FROM app.component_states');
  const worker = await startWorker('another');
  const runner = database.dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query('LOCK TABLE app.tracked_errors IN ACCESS EXCLUSIVE MODE');
  const begun = performance.now();
  worker.child.kill('SIGUSR2');
  expect(await worker.exited).toBe(1);
  // The second, and what a busy machine takes.
  expect(performance.now() - begun).toBeLessThan(6_000);
  await runner.rollbackTransaction();
  await runner.release();
  // Whether PostgreSQL still does what it was sent, when the lock is gone, is its own affair.
}, 120_000);
