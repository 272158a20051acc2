import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { PostgresUpstreamState } from '../gateway/postgres-upstream-state.ts';
import { TestClock } from '../gateway/testing/test-clock.ts';
import { SourceError } from '../source-error.ts';
import { BUDGET, CIRCUIT_POLICY } from '../gateway/defaults.ts';
import { FakeAKTools, json, serverError } from './testing/fake-aktools.ts';
import { fakeFunctions } from './testing/fake-functions.ts';
import { type Opened, openMarket, openProvider } from './testing/open-provider.ts';

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
const WORKERS = 3;
const codes = Array.from({ length: 2_000 }, (_, index) => `${600_000 + index}.SH`);

/** Three workers with a gateway each, that share nothing but PostgreSQL, before one AKTools; the time is the test's. */
describe('the ban drill', () => {
  let database: TestDatabase;
  let clock: TestClock;
  let fake: FakeAKTools;
  let workers: readonly Opened[];

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    for (const table of ['budgets', 'circuits', 'questions', 'answers'])
      await database.sql.query(`DELETE FROM app.upstream_${table}`);
    clock = new TestClock();
    fake = await FakeAKTools.start(clock);
    // A bar of one day is enough here, and quick to read.
    const day = { from: '2024-09-18', to: '2024-09-18' };
    workers = Array.from({ length: WORKERS }, () =>
      openProvider(fake.url, clock, {
        state: new PostgresUpstreamState(database.sql, clock),
        budgetOf: () => BUDGET,
        policy: CIRCUIT_POLICY,
        random: Math.random,
        facts: openMarket({ now: () => clock.now(), tradingDays: () => Promise.resolve([day.from]) }),
      }),
    );
  });
  afterEach(async () => {
    await Promise.all(workers.map(({ client }) => client.close()));
    await fake.close();
  });

  const asked = (host: string, since = 0) =>
    fake.upstream.log.filter((entry) => entry.host === host && entry.at >= since);

  async function openedSince(): Promise<Date> {
    const [circuit] = await database.sql.query<{ opened_at: Date }>(
      'SELECT opened_at FROM app.upstream_circuits',
    );
    return circuit?.opened_at ?? new Date(0);
  }

  /** Everybody asks for another symbol, over and over; what comes of it by outcome. */
  async function press(forMs: number, everyMs: number): Promise<Map<string, number>> {
    const outcomes = new Map<string, number>();
    let next = 0;
    const end = clock.now().getTime() + forMs;
    while (clock.now().getTime() < end) {
      const results = await Promise.allSettled(
        workers.map(({ provider }) => provider.valuations(codes[next++ % codes.length] ?? '')),
      );
      for (const result of results) {
        if (result.status === 'rejected' && !(result.reason instanceof SourceError)) throw result.reason;
        const key = result.status === 'fulfilled' ? 'answered' : (result.reason as SourceError).failure;
        outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
      }
      clock.advance(everyMs);
    }
    return outcomes;
  }

  it('an upstream that bans at one call per 2 s bans nobody, however much is asked for', async () => {
    fake.upstream.rule = { requests: 30, perMs: MINUTE, banMs: HOUR, mode: 'refuse' };
    const pressedFor = 20 * MINUTE;
    const outcomes = await press(pressedFor, 5 * SECOND);
    expect(fake.upstream.bans).toBe(0);
    expect(outcomes.get('upstream_failed')).toBeUndefined();
    expect(outcomes.get('over_budget')).toBeGreaterThan(0);
    // The budget is used: one call per 3 s, and the burst at the beginning.
    const allowed = pressedFor / (BUDGET.secondsPerCall * SECOND);
    expect(asked('eastmoney').length).toBeGreaterThan(0.95 * allowed);
    expect(asked('eastmoney').length).toBeLessThanOrEqual(allowed + BUDGET.capacity);
  });

  it.each(['refuse', 'hang'] as const)(
    'banned all the same (%s), it probes once per cool-down, whoever asks, and recovers by itself',
    async (mode) => {
      fake.upstream.rule = { requests: 10_000, perMs: MINUTE, banMs: HOUR, mode };
      expect((await press(MINUTE, 5 * SECOND)).get('answered')).toBeGreaterThan(10);
      const bannedAt = clock.now().getTime();
      fake.upstream.ban('eastmoney', 2 * HOUR);
      const patient = mode === 'hang' ? workers.map(({ client }) => hasten(client)) : [];
      const outcomes = await press(2 * HOUR, 15 * SECOND);
      expect(outcomes.get('resting')).toBeGreaterThan(1_000);

      const calls = asked('eastmoney', bannedAt).map(({ at }) => (at - bannedAt) / MINUTE);
      const openedAt = ((await openedSince()).getTime() - bannedAt) / MINUTE;
      // What was under way when the circuit opened is no probe.
      const probes = calls.filter((at) => at > openedAt);
      expect(calls.length - probes.length).toBeLessThan(CIRCUIT_POLICY.failuresToOpen + WORKERS);
      // Cool-downs of 1, 2, 4, 8, 16, 30, 30 … minutes, each up to a quarter longer.
      expect(probes.length).toBeGreaterThanOrEqual(5);
      expect(probes.length).toBeLessThanOrEqual(7);
      const gaps = probes.map((at, index) => at - (probes[index - 1] ?? openedAt));
      gaps.forEach((gap, index) => {
        const coolDown = Math.min(2 ** index, 30);
        expect(gap).toBeGreaterThanOrEqual(coolDown);
        expect(gap).toBeLessThanOrEqual(coolDown * 1.25 + 0.5);
      });

      for (const again of patient) again();
      const recoveredFrom = clock.now().getTime();
      const after = await press(HOUR, 15 * SECOND);
      expect(after.get('answered')).toBeGreaterThan(200);
      expect((asked('eastmoney', recoveredFrom)[0]?.at ?? 0) - recoveredFrom).toBeLessThan(38 * MINUTE);
    },
  );

  it('meanwhile whole-market questions are answered with the last good answer and its age', async () => {
    const [first, second] = workers;
    const fetchedAt = clock.now();
    expect(await first?.provider.tradingDays()).toMatchObject({ outcome: 'data', fetchedAt });
    expect(await first?.provider.snapshot()).toMatchObject({ outcome: 'data', fetchedAt });
    clock.advance(30 * HOUR);
    for (const host of ['eastmoney', 'sina']) fake.upstream.ban(host, 100 * HOUR);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      // Another worker serves what the first one fetched.
      for (const question of ['tradingDays', 'snapshot'] as const)
        expect(await second?.provider[question]()).toMatchObject({ outcome: 'data', stale: true, fetchedAt });
      clock.advance(10 * SECOND);
    }
    expect(Math.max(...(second?.observer.keptAges ?? []))).toBeGreaterThanOrEqual((30 * HOUR) / SECOND);
    clock.advance(100 * HOUR);
    expect(await second?.provider.tradingDays()).toMatchObject({ fetchedAt: clock.now() });
  });

  it('is called off by nobody: neighbours without data cost a second question each, and no cool-down', async () => {
    const call = fakeFunctions['stock_value_em'];
    fake.overrides.set('stock_value_em', (response, query) => {
      fake.upstream.ask('eastmoney', 1);
      return query['symbol'] === '000001' ? json(response, 200, call?.answer(query)) : serverError(response);
    });
    for (let neighbour = 0; neighbour < 12; neighbour += 1) {
      clock.advance(3 * BUDGET.secondsPerCall * SECOND);
      const worker = workers[neighbour % WORKERS];
      expect(await worker?.provider.valuations(codes[neighbour] ?? '')).toMatchObject({ outcome: 'empty' });
    }
    expect(asked('eastmoney')).toHaveLength(24);
    expect(await database.sql.query('SELECT 1 FROM app.upstream_circuits')).toEqual([]);
  });

  it('where the second question cannot be paid either, nobody rests for longer than the first cool-down', async () => {
    const call = fakeFunctions['stock_value_em'];
    fake.overrides.set('stock_value_em', (response, query) =>
      query['symbol'] === '000001' ? json(response, 200, call?.answer(query)) : serverError(response),
    );
    for (let minute = 0; minute < 20; minute += 1) {
      await press(MINUTE, 5 * SECOND);
      const [circuit] = await database.sql.query<{ openings: number }>(
        'SELECT openings FROM app.upstream_circuits',
      );
      expect(circuit?.openings ?? 0).toBeLessThanOrEqual(1);
    }
  });

  it('a snapshot gets its turn, however many small questions press', async () => {
    fake.upstream.rule = { requests: 80, perMs: MINUTE, banMs: HOUR, mode: 'refuse' };
    await press(MINUTE, SECOND);
    const [first] = workers;
    const orderedAt = clock.now().getTime();
    const refused = await first?.provider.snapshot().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ failure: 'over_budget' });
    const { retryAt } = refused as SourceError;
    await press((retryAt?.getTime() ?? 0) - orderedAt + 20 * SECOND, SECOND);
    const taken = await first?.provider.snapshot();
    expect(taken).toMatchObject({ outcome: 'data' });
    expect(taken).not.toHaveProperty('stale');
    expect(asked('eastmoney', orderedAt).map(({ requests }) => requests)).toEqual([57]);
    expect(clock.now().getTime() - orderedAt).toBeLessThan(MINUTE);
    expect(fake.upstream.bans).toBe(0);
  });

  it('three workers that ask the same about the market pay once', async () => {
    const answers = await Promise.allSettled(workers.map(({ provider }) => provider.tradingDays()));
    expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(fake.callsOf('tool_trade_date_hist_sina')).toHaveLength(1);
    for (const { provider } of workers)
      expect(await provider.tradingDays()).toMatchObject({ outcome: 'data' });
    expect(fake.callsOf('tool_trade_date_hist_sina')).toHaveLength(1);
  });

  it('one snapshot of the market pays for its 57 pages', async () => {
    fake.upstream.rule = { requests: 60, perMs: 2 * MINUTE, banMs: HOUR, mode: 'refuse' };
    await Promise.all(workers.map(({ provider }) => provider.snapshot().catch(() => undefined)));
    await press(57 * BUDGET.secondsPerCall * SECOND - 10 * SECOND, 5 * SECOND);
    expect(asked('eastmoney').filter(({ requests }) => requests === 57)).toHaveLength(1);
    expect(asked('eastmoney')).toHaveLength(1);
    expect(fake.upstream.bans).toBe(0);
  });
});

/** Calls that hang would wait for their deadline of half a minute each. @returns makes them as patient as before */
function hasten(client: Opened['client']): () => void {
  const patient = client.get.bind(client);
  client.get = (path, limits, signal) => patient(path, { ...limits, deadlineMs: 100 }, signal);
  return () => (client.get = patient);
}
