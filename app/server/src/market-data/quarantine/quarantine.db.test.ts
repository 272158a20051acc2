import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOperatorKey, type PrincipalHeaders } from '../../testing/principals.ts';
import { createLoadedApplication, type TestApplication } from '../../testing/test-application.ts';
import { loadAll, replacing } from '../ingestion/testing/runs.ts';
import { valueOr, type MarketDataProvider, type Origin, type SourceRow } from '../provider.ts';
import { locateSampleData } from '../sample/sample-files.ts';
import { SampleProvider } from '../sample/sample-provider.ts';

const SYMBOL = '600000.SH';
/** The day before an ex-date, so that its close is what a factor is computed from. */
const DAY = '2024-07-17';
const EX_DATE = '2024-07-18';

/** How the same bar looks elsewhere: another column, another rounding of volume and amount. */
interface Elsewhere {
  readonly origin: Origin;
  readonly column: string;
  readonly sharesMore: number;
}

/** The sample, but with one bar of 600000.SH a fifth higher, which no share of the main board can be. */
function withLeap(elsewhere?: Elsewhere): MarketDataProvider {
  const sound = new SampleProvider(locateSampleData(undefined), [SYMBOL, '000001.SH']);
  const leap = (row: SourceRow): SourceRow => {
    if (row.bar?.date !== DAY) return row;
    const { bar, rowNumber } = row;
    const higher = { ...bar, high: 9.99, close: 9.99, amount: bar.volume * ((bar.low + 9.99) / 2) };
    if (elsewhere === undefined) return { rowNumber, raw: { ...higher }, bar: higher };
    const other = { ...higher, volume: bar.volume + elsewhere.sharesMore };
    return { rowNumber, raw: { ...other, [elsewhere.column]: 'x' }, bar: other };
  };
  return replacing(sound, {
    dailyRows: async (symbol, range) => {
      const answer = await sound.dailyRows(symbol, range);
      if (answer.outcome === 'empty' || symbol !== SYMBOL) return answer;
      return {
        ...answer,
        ...(elsewhere && { origin: elsewhere.origin }),
        value: valueOr(answer, []).map(leap),
      };
    },
  });
}

describe('decisions about quarantined rows', () => {
  let application: TestApplication;
  let operator: PrincipalHeaders;
  const sql = () => application.database.sql;
  const server = () => application.app.getHttpServer();
  const list = async (query: string) =>
    (await request(server()).get(`/api/v1/quarantine?${query}`).expect(200)).body;
  const decide = (id: string, what: string, reason = 'compared with the exchange') =>
    request(server()).post(`/api/v1/quarantine/${id}/${what}`).set(operator).send({ reason });
  const reload = () => loadAll(sql(), withLeap());
  const bars = () =>
    sql().query(
      `SELECT trade_date::text AS date, close::float8 AS close FROM app.daily_bars
        WHERE symbol = $1 AND trade_date = $2`,
      [SYMBOL, DAY],
    );
  const factorOf = async () =>
    (
      await sql().query<{ previous_close: string }>(
        'SELECT previous_close FROM app.adjustment_factors WHERE symbol = $1 AND ex_date = $2',
        [SYMBOL, EX_DATE],
      )
    )[0]?.previous_close;

  beforeAll(async () => {
    application = await createLoadedApplication(['000001.SH']);
    operator = await createOperatorKey(application.app);
    await reload();
  });
  afterAll(() => application.close());

  const heldId = async (): Promise<string> => {
    const { items } = await list(`symbol=${SYMBOL}&disposition=held`);
    expect(items.map((item: { date: string }) => item.date)).toContain(DAY);
    return items.find((item: { date: string }) => item.date === DAY).id;
  };

  it('hold an impossible move back and leave the bar out', async () => {
    const { items } = await list(`symbol=${SYMBOL}&disposition=held&state=open`);
    expect(items).toContainEqual(expect.objectContaining({ reason: 'beyond_price_limit', date: DAY }));
    expect(await bars()).toEqual([]);
    expect(await factorOf()).not.toBe('9.9900');
  });

  it('need the token and a reason', async () => {
    const id = await heldId();
    await request(server()).post(`/api/v1/quarantine/${id}/release`).send({ reason: 'because' }).expect(401);
    const refusal = async (body?: object): Promise<unknown> => {
      const path = `/api/v1/quarantine/${id}/drop`;
      const order = request(server()).post(path).set(operator);
      return (await order.send(body).expect(400)).body.errors;
    };
    const wrong = (detail: string) => [{ parameter: 'reason', detail: expect.stringContaining(detail) }];
    expect(await refusal()).toEqual(wrong('is required, and must be text'));
    expect(await refusal({})).toEqual(wrong('is required, and must be text'));
    expect(await refusal({ reason: 5 })).toEqual(wrong('must be text'));
    expect(await refusal({ reason: '   ' })).toEqual(wrong('must have at least 3 characters'));
    expect(await refusal({ reason: 'a\u0007larm' })).toEqual(wrong('must not hold control characters'));
    await decide('999999999', 'drop').expect(404);
    await decide('x', 'drop').expect(404);
    expect(await bars()).toEqual([]);
  });

  it('release it: the bar is stored, and the factor of the ex-date after it follows', async () => {
    const { body } = await decide(await heldId(), 'release').expect(200);
    expect(body).toMatchObject({ resolution: 'released', resolvedBecause: 'compared with the exchange' });
    expect(await bars()).toEqual([{ date: DAY, close: 9.99 }]);
    expect(await factorOf()).toBe('9.9900');
  });

  it('are not undone by loading the same row again', async () => {
    await reload();
    expect(await bars()).toEqual([{ date: DAY, close: 9.99 }]);
    expect((await list(`symbol=${SYMBOL}&state=released`)).items).toMatchObject([{ date: DAY }]);
  });

  it('can be changed: dropped, the bar goes, and stays away after the next load', async () => {
    await decide(await heldId(), 'drop').expect(200);
    expect(await bars()).toEqual([]);
    await reload();
    expect(await bars()).toEqual([]);
    expect(await factorOf()).not.toBe('9.9900');
  });

  it('hold for the same bar in other words: of another upstream, with another column and another volume', async () => {
    await loadAll(sql(), withLeap({ origin: 'tencent', column: '换手率\0\ud800', sharesMore: 37 }));
    expect(await bars()).toEqual([]);
    const { items } = await list(`symbol=${SYMBOL}`);
    expect(items.filter((item: { date: string }) => item.date === DAY)).toEqual([
      expect.objectContaining({ resolution: 'dropped', origin: 'tencent' }),
    ]);
  });

  it('do not outlive the row: what the source has mended is judged anew', async () => {
    await loadAll(sql(), new SampleProvider(locateSampleData(undefined), [SYMBOL]));
    expect(await bars()).toHaveLength(1);
    expect((await list(`symbol=${SYMBOL}&state=dropped`)).items).toHaveLength(1);
    expect((await list(`symbol=${SYMBOL}&state=open`)).items).toEqual([]);
  });

  it('do not reach the bar by which the source has mended theirs', async () => {
    const mended = await bars();
    const [{ id }] = (await list(`symbol=${SYMBOL}&state=dropped`)).items;
    const { body } = await decide(id, 'release').expect(409);
    expect(body.detail).toContain('mended');
    await sql().query(`UPDATE app.quarantine SET resolution = 'released' WHERE id = $1`, [id]);
    await decide(id, 'drop').expect(200);
    expect(await bars()).toEqual(mended);
  });

  it('cannot make a bar of what breaks every bar', async () => {
    const [item] = (await list('symbol=000001.SH&disposition=rejected')).items;
    const { body } = await decide(item.id, 'release').expect(409);
    expect(body).toMatchObject({
      type: 'https://stockanalysis.dev/problems/not-releasable',
      detail: expect.stringContaining(item.detail),
    });
    await decide(item.id, 'drop').expect(200);
  });

  it('drop a bar that was stored with a remark', async () => {
    const stored = () =>
      sql().query(`SELECT 1 FROM app.daily_bars WHERE symbol = '000001.SH' AND trade_date = $1`, [
        flagged.date,
      ]);
    const [flagged] = (await list('symbol=000001.SH&disposition=flagged')).items;
    expect(await stored()).toHaveLength(1);
    await decide(flagged.id, 'drop').expect(200);
    expect(await stored()).toEqual([]);
    await decide(flagged.id, 'release').expect(200);
    expect(await stored()).toHaveLength(1);
  });
});
