import { afterAll, beforeAll, expect, it } from 'vitest';
import { DatabaseConnector } from '../../database/connector.ts';
import { PeriodicQueries } from '../../database/periodic-queries.ts';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { Metrics } from '../../monitoring/metrics/metrics.ts';
import { CircuitMetrics } from './circuit-metrics.ts';
import { PostgresUpstreamState } from './postgres-upstream-state.ts';
import { type Resting, RESTING } from './resting.ts';

const POLICY = { failuresToOpen: 1, coolDownMs: 60_000, longestCoolDownMs: 60_000 };
let database: TestDatabase;
let queries: PeriodicQueries;
let connector: DatabaseConnector;

beforeAll(async () => {
  database = await createTestDatabase();
  connector = new DatabaseConnector(database.dataSource);
  queries = new PeriodicQueries(database.dataSource, connector);
});
afterAll(async () => {
  queries.onModuleDestroy();
  await connector.beforeApplicationShutdown();
  await database.drop();
});

const resting = (): Promise<Resting[]> => database.sql.query<Resting>(RESTING);
const endedAgo = (seconds: number): Promise<unknown> =>
  database.sql.query('UPDATE app.upstream_circuits SET open_until = now() - make_interval(secs => $1)', [
    seconds,
  ]);

/** What a worker that starts now says first. */
async function toldByANewWorker(): Promise<(string | number)[][]> {
  const metrics = new Metrics();
  new CircuitMetrics(queries, metrics).onApplicationBootstrap();
  const told = async (): Promise<(string | number)[][]> =>
    (await metrics.samples())
      .filter(({ name }) => name === 'stock_analysis_upstream_circuit_openings')
      .map(({ labels, value }) => [String(labels['operation']), value]);
  await expect.poll(told).not.toEqual([]);
  return told();
}

it('what one worker opened and another one closed rests for none of them', async () => {
  connector.onApplicationBootstrap();
  const [first, second] = [new PostgresUpstreamState(database.sql), new PostgresUpstreamState(database.sql)];
  await first.failed('f', 0, POLICY, 1, 'timeout');
  expect(await toldByANewWorker()).toEqual([['f', 1]]);
  await endedAgo(1);
  const probe = await second.admit('f', POLICY, 1_000, 1);
  expect(probe).toEqual({ admitted: true, openings: 2 });
  expect(await toldByANewWorker()).toEqual([['f', 2]]);
  await second.succeeded('f', 2);
  expect(await resting()).toEqual([]);
});

it('a cool-down that ended is over, and after five minutes in which nobody asked nothing rests', async () => {
  await new PostgresUpstreamState(database.sql).failed('g', 0, POLICY, 1, 'timeout');
  expect(await resting()).toMatchObject([{ function: 'g', is_over: false }]);
  await endedAgo(10);
  expect(await resting()).toMatchObject([{ function: 'g', is_over: true }]);
  await endedAgo(301);
  expect(await resting()).toEqual([]);
});
