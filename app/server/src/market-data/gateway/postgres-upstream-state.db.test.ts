import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { PostgresUpstreamState } from './postgres-upstream-state.ts';
import { describeUpstreamState } from './testing/upstream-state-suite.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('PostgresUpstreamState', () => {
  describeUpstreamState(async (clock) => {
    for (const table of ['budgets', 'circuits', 'questions', 'answers'])
      await database.sql.query(`DELETE FROM app.upstream_${table}`);
    return () => new PostgresUpstreamState(database.sql, clock);
  });

  it('goes by the time of the database where no other clock is given', async () => {
    const state = new PostgresUpstreamState(database.sql);
    const budget = { capacity: 1, secondsPerCall: 2 };
    expect(await state.pay('own-time', 1, budget, 'q')).toMatchObject({ paid: true });
    const refused = await state.pay('own-time', 1, budget, 'q');
    expect(refused).toMatchObject({ paid: false });
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect(await state.pay('own-time', 1, budget, 'q')).toMatchObject({ paid: true });
    const policy = { failuresToOpen: 1, coolDownMs: 60_000, longestCoolDownMs: 60_000 };
    const { until } = await state.failed('own-time', 0, policy, 1, 'timeout');
    expect((until?.getTime() ?? 0) - Date.now()).toBeGreaterThan(50_000);
    expect(await state.admit('own-time', policy, 1_000, 1)).toMatchObject({ admitted: false });
  });
});
