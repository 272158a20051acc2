import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../common/clock.ts';
import type { AKToolsProvider } from './aktools-provider.ts';
import { FakeAKTools, json, serverError } from './testing/fake-aktools.ts';
import { fakeFunctions, type Query } from './testing/fake-functions.ts';
import { openMarket, openProvider } from './testing/open-provider.ts';

let fake: FakeAKTools;
beforeAll(async () => {
  fake = await FakeAKTools.start();
});
afterAll(() => fake.close());

const open = (options = {}) => openProvider(fake.url, systemClock, options);

describe('nothing about a symbol', () => {
  const unlisted = { isListed: () => Promise.resolve(false) };
  const halted = { isHalted: () => Promise.resolve(true) };
  const closed = { tradingDays: () => Promise.resolve([]) };
  const none = (response: ServerResponse) => json(response, 200, []);
  const returnedNone = (response: ServerResponse) =>
    json(response, 404, { error: '该接口返回数据为空，请确认' });
  /** AkShare raises for a share without data, and answers for another. */
  const raised = (response: ServerResponse, query: Query) =>
    query['symbol'] === '000001'
      ? json(response, 200, fakeFunctions[failing]?.answer(query) ?? [])
      : serverError(response);
  let failing = '';
  afterEach(() => fake.overrides.clear());

  const QUESTIONS = [
    ['stock_zh_a_hist_min_em', (provider) => provider.minuteRows('300999.SZ')],
    ['stock_individual_info_em', (provider) => provider.profile('300999.SZ')],
    ['stock_value_em', (provider) => provider.valuations('300999.SZ')],
    ['stock_financial_abstract', (provider) => provider.fundamentals('300999.SZ')],
    ['stock_news_em', (provider) => provider.news('300999.SZ')],
  ] satisfies [string, (provider: AKToolsProvider) => Promise<unknown>][];

  describe.each(QUESTIONS)('of %s', (name, ask) => {
    it.each([
      ['an empty list', none],
      ["Python's None", returnedNone],
      ['an exception for this share alone', raised],
    ])('is no data: %s', async (_what, answer) => {
      failing = name;
      fake.overrides.set(name, answer);
      const policy = { failuresToOpen: 2, coolDownMs: 60_000, longestCoolDownMs: 60_000 };
      const { provider, state } = open({ policy });
      const nothing = { outcome: 'empty', reason: 'upstream_empty', operation: name };
      for (let neighbour = 0; neighbour < 3; neighbour += 1)
        expect(await ask(provider)).toMatchObject(nothing);
      expect(await ask(open({ facts: openMarket(unlisted) }).provider)).toMatchObject({
        reason: 'not_listed',
      });
      expect((await state.circuit(name)).openings).toBe(0);
    });

    it('is a failure where everybody fails', async () => {
      fake.overrides.set(name, (response) => serverError(response));
      await expect(ask(open().provider)).rejects.toMatchObject({ failure: 'upstream_failed' });
    });
  });

  it('says of minutes what is known of the day, and of the halts of a day whether it was one', async () => {
    for (const name of ['stock_zh_a_hist_min_em', 'stock_tfp_em']) fake.overrides.set(name, none);
    expect(await open({ facts: openMarket(halted) }).provider.minuteRows('300999.SZ')).toMatchObject({
      reason: 'suspended',
    });
    expect(await open({ facts: openMarket(closed) }).provider.halts('2024-09-15')).toMatchObject({
      outcome: 'empty',
      reason: 'no_trading_in_range',
    });
    expect(await open().provider.halts('2024-09-18')).toMatchObject({ reason: 'upstream_empty' });
  });
});
