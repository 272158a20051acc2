import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { SAMPLE_ACTIONS } from '../sample/corporate-actions.ts';
import type { CorporateAction, Fetched, CorporateActions } from '../provider.ts';
import { SourceError } from '../source-error.ts';
import { LIVE, type LiveMarket, liveMarket } from './testing/live-market.ts';
import { loadAll, type OrderedRun } from './testing/runs.ts';

const SHARE = '600000.SH';
const EX_DATE = '2024-07-18';
const SYMBOLS = ['000001.SZ', SHARE];

let database: TestDatabase;
let live: LiveMarket;
beforeEach(async () => {
  database = await createTestDatabase();
  live = liveMarket(SYMBOLS);
  live.day = '2024-07-17';
});
afterEach(() => database.drop());

/** @returns the run's warnings */
async function load(order: OrderedRun): Promise<string[]> {
  live.asked.length = 0;
  const runId = await loadAll(database.sql, live.provider, order, { now: () => live.now() });
  const rows = await database.sql.query<{ warnings: string[] }>(
    'SELECT warnings FROM app.ingestion_runs WHERE id = $1',
    [runId],
  );
  return rows[0]?.warnings ?? [];
}
const refreshOn = (day: string): Promise<string[]> => {
  live.day = day;
  return load({ kind: 'refresh' });
};

/** The span of known factors, their number, and whether prices of the share can be adjusted. */
async function known(symbol = SHARE) {
  const rows = await database.sql.query(
    `SELECT last_bar::text AS "lastBar", factors_known_until::text AS "until",
            coalesce(factors_known_until >= last_bar, false) AS adjustable,
            (SELECT count(*) FROM app.adjustment_factors WHERE source = $1 AND symbol = $2)::int AS factors
       FROM app.symbols WHERE source = $1 AND symbol = $2`,
    [LIVE, symbol],
  );
  return rows[0];
}
const unread = (): Promise<never> =>
  Promise.reject(new SourceError('the actions', { failure: 'upstream_failed' }));

function listing(actions: readonly CorporateAction[]): () => Promise<Fetched<CorporateActions>> {
  const value = { completeFrom: '1990-12-19', completeUntil: live.day, actions };
  return () =>
    Promise.resolve({ origin: 'sina', operation: 'test', fetchedAt: live.now(), outcome: 'data', value });
}

describe('an ex-date that prices show and the source does not list', () => {
  beforeEach(async () => {
    await load({});
    live.unlisted = [EX_DATE];
  });

  it('ends the known factors on its eve, every day and whoever asks, until the source lists it', async () => {
    expect(await known()).toEqual({
      lastBar: '2024-07-17',
      until: '2024-07-17',
      adjustable: true,
      factors: 23,
    });
    const unadjusted = { until: '2024-07-17', adjustable: false, factors: 23 };
    const warning = `${SHARE} is traded without a right since ${EX_DATE}, and the source does not list it yet`;

    expect(await refreshOn(EX_DATE)).toContain(warning);
    expect(await known()).toEqual({ lastBar: EX_DATE, ...unadjusted });
    // The same day once more: its bar is there already.
    await refreshOn(EX_DATE);
    expect(await known()).toEqual({ lastBar: EX_DATE, ...unadjusted });

    // The next day its quote goes on from the close before, as of any share.
    expect(await refreshOn('2024-07-19')).toContain(warning);
    expect(await known()).toEqual({ lastBar: '2024-07-19', ...unadjusted });
    expect(live.asked).toContain(`actions ${SHARE}`);
    expect(live.asked).not.toContain(`daily ${SHARE}`);
    expect(await known('000001.SZ')).toMatchObject({ until: '2024-07-19', adjustable: true });

    for (const kind of ['refresh', 'history'] as const) {
      expect(await load({ kind, symbols: [SHARE] })).toContain(warning);
      expect(await known(), kind).toEqual({ lastBar: '2024-07-19', ...unadjusted });
    }

    live.unlisted = [];
    expect(await refreshOn('2024-07-22')).toEqual([]);
    expect(await known()).toEqual({
      lastBar: '2024-07-22',
      until: '2024-07-22',
      adjustable: true,
      factors: 24,
    });
    // 8.72 is the exchange's reference: 9.04 less 0.321 in cash.
    expect(
      await database.sql.query(
        `SELECT reference::float8, previous_close::float8 AS close FROM app.adjustment_factors
          WHERE source = $1 AND symbol = $2 AND ex_date = $3`,
        [LIVE, SHARE, EX_DATE],
      ),
    ).toEqual([{ reference: 8.72, close: 9.04 }]);

    await refreshOn('2024-07-23');
    expect(live.asked).not.toContain(`actions ${SHARE}`);
    expect(await known()).toMatchObject({ until: '2024-07-23', adjustable: true });
  });

  it('is remembered where the actions could not even be read on that day', async () => {
    live.trouble = { corporateActions: unread };
    await refreshOn(EX_DATE);
    expect(await known()).toMatchObject({ lastBar: EX_DATE, until: '2024-07-17', adjustable: false });
    await refreshOn('2024-07-19');
    expect(await known()).toMatchObject({ lastBar: '2024-07-19', until: '2024-07-17', adjustable: false });
    live.trouble = {};
    await refreshOn('2024-07-22');
    expect(await known()).toMatchObject({ lastBar: '2024-07-22', until: '2024-07-17', adjustable: false });
    live.unlisted = [];
    await refreshOn('2024-07-23');
    expect(await known()).toMatchObject({ until: '2024-07-23', adjustable: true, factors: 24 });
  });

  /** Takes the days after the 12th away, as if nothing had run on them. */
  async function forgetDays(): Promise<void> {
    const since = '2024-07-12';
    await database.sql.query(
      'DELETE FROM app.daily_bars WHERE source = $1 AND symbol = $2 AND trade_date > $3',
      [LIVE, SHARE, since],
    );
    await database.sql.query(
      'UPDATE app.symbols SET last_bar = $3, factors_known_until = $3 WHERE source = $1 AND symbol = $2',
      [LIVE, SHARE, since],
    );
  }

  it('is seen after days in which nothing ran', async () => {
    await forgetDays();
    await refreshOn(EX_DATE);
    expect(live.asked).toContain(`daily ${SHARE}`);
    expect(await known()).toMatchObject({ lastBar: EX_DATE, until: '2024-07-17', adjustable: false });
  });

  it('may lie in days whose actions were never read: no later quote makes them known', async () => {
    await forgetDays();
    live.trouble = { corporateActions: unread };
    for (const day of ['2024-07-19', '2024-07-22']) {
      await refreshOn(day);
      expect(await known()).toEqual({ lastBar: day, until: '2024-07-12', adjustable: false, factors: 23 });
    }
    [live.trouble, live.unlisted] = [{}, []];
    await refreshOn('2024-07-23');
    expect(await known()).toMatchObject({ until: '2024-07-23', adjustable: true, factors: 24 });
  });

  it.each([
    ['', {}],
    [', and the actions cannot be read by then', { corporateActions: unread }],
  ])(
    'is seen where the bar of the day was stored before the closing quotes came%s',
    async (_what, trouble) => {
      live.day = EX_DATE;
      await load({ kind: 'refresh', symbols: [SHARE] });
      expect(await known()).toMatchObject({ lastBar: EX_DATE, adjustable: true });
      live.trouble = trouble;
      await refreshOn(EX_DATE);
      expect(await known()).toMatchObject({ lastBar: EX_DATE, until: '2024-07-17', adjustable: false });
    },
  );

  it('counts no more when the close that it was compared with is corrected', async () => {
    await refreshOn(EX_DATE);
    await database.sql.query(
      `UPDATE app.daily_bars SET close = 8.72, low = 8.5 WHERE source = $1 AND symbol = $2 AND trade_date = '2024-07-17'`,
      [LIVE, SHARE],
    );
    await refreshOn('2024-07-19');
    expect(await known()).toMatchObject({ until: '2024-07-19', adjustable: true, factors: 23 });
  });
});

describe('an answer about corporate actions', () => {
  it.each([
    ['nothing', () => []],
    ['the newest without the oldest', (all: readonly CorporateAction[]) => all.slice(1)],
    ['the oldest without the newest', (all: readonly CorporateAction[]) => all.slice(0, 20)],
  ])('of %s takes nothing away that went into prices, and is asked for again', async (_what, cut) => {
    await load({});
    live.day = EX_DATE;
    live.trouble = { corporateActions: listing(cut(SAMPLE_ACTIONS.get(SHARE)?.actions ?? [])) };
    expect(await load({ kind: 'refresh' })).toContainEqual(
      expect.stringContaining(`no longer lists the corporate actions of ${SHARE} of `),
    );
    expect(await known()).toEqual({ lastBar: EX_DATE, until: '2024-07-17', adjustable: false, factors: 23 });
    live.trouble = {};
    await refreshOn('2024-07-19');
    expect(await known()).toMatchObject({ until: '2024-07-19', adjustable: true, factors: 24 });
  });

  it('is believed where a date of it was corrected', async () => {
    await load({});
    const actions = (SAMPLE_ACTIONS.get(SHARE)?.actions ?? []).filter(({ exDate }) => exDate <= live.day);
    const [last, ...others] = actions.toReversed();
    if (last === undefined) throw new Error('the sample has actions of the share');
    live.trouble = { corporateActions: listing([...others, { ...last, exDate: '2023-07-24' }]) };
    expect(await load({ kind: 'refresh', symbols: [SHARE] })).toEqual([]);
    expect(await known()).toMatchObject({ until: '2024-07-17', factors: 23 });
  });

  it('that is empty is not believed where prices show that rights went', async () => {
    live.trouble = { corporateActions: listing([]) };
    expect(await load({ symbols: [SHARE] })).toContain(
      `the source lists no corporate action of ${SHARE}, whose prices show one on 2002-08-22; it has no factors`,
    );
    expect(await known()).toMatchObject({ until: null, factors: 0 });
    // One more bar shows nothing, and the ones before it still do.
    live.day = '2024-07-18';
    live.trouble = { corporateActions: listing([]) };
    await load({ kind: 'refresh' });
    expect(await known()).toMatchObject({ lastBar: '2024-07-18', until: null, factors: 0 });
    live.trouble = {};
    await refreshOn('2024-07-19');
    expect(await known()).toMatchObject({ until: '2024-07-19', adjustable: true, factors: 24 });
  });

  it('that is empty is believed where prices show nothing', async () => {
    live.day = '2024-08-30';
    const sound = liveMarket(SYMBOLS);
    sound.day = live.day;
    live.trouble = {
      corporateActions: listing([]),
      dailyRows: (symbol) => sound.provider.dailyRows(symbol, { from: '2024-07-19', to: '2024-08-30' }),
    };
    expect(await load({ symbols: [SHARE] })).toEqual([]);
    expect(await known()).toMatchObject({ until: '2024-08-30', adjustable: true, factors: 0 });
  });
});
