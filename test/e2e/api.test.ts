import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { getJson } from './support/http.ts';

/** Rows of the source: date, previous close, open, high, low, close, volume in shares, amount in yuan. */
type SourceRow = readonly [number, number, number, number, number, number, number, number];

interface Bar {
  readonly date: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: number;
  readonly amount: string;
}

interface Page<T> {
  readonly asOf: string;
  readonly source: string;
  readonly stale: boolean;
  readonly items: readonly T[];
}

const url = inject('url');

function sourceRows(file: string): readonly SourceRow[] {
  const require = createRequire(new URL('../../app/server/package.json', import.meta.url));
  const folder = join(
    dirname(require.resolve('hqchart/package.json')),
    'src/jscommon/umychart.testdata/DayKLine',
  );
  const text = readFileSync(join(folder, file), 'utf8');
  return (JSON.parse(text) as { data: SourceRow[] }).data;
}

const civilDate = (yyyymmdd: number): string =>
  String(yyyymmdd).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');

describe('REST API of the deployed platform', () => {
  it('serves every row of 000001.SZ with volume in shares and amount in yuan', async () => {
    const rows = sourceRows('000001.sz.day.kline.json');
    const answer = await getJson(`${url}/api/v1/bars/000001.SZ?from=1990-01-01&to=2030-12-31`);
    expect(answer.status).toBe(200);
    const page = answer.body as Page<Bar>;
    expect(page).toMatchObject({
      symbol: '000001.SZ',
      period: 'daily',
      adjust: 'none',
      source: 'sample',
      asOf: '2024-09-19',
    });
    expect(page.items.length).toBe(rows.length);
    for (const [index, row] of rows.entries()) {
      const bar = page.items[index];
      const [date, , open, high, low, close, volume, amount] = row;
      expect(bar?.date).toBe(civilDate(date));
      for (const [served, source] of [
        [bar?.open, open],
        [bar?.high, high],
        [bar?.low, low],
        [bar?.close, close],
      ] as const) {
        expect(
          Math.abs(Number(served) - source),
          `${bar?.date}: ${served} against ${source}`,
        ).toBeLessThanOrEqual(0.005001);
      }
      expect(bar?.volume).toBe(Math.round(volume));
      expect(Math.abs(Number(bar?.amount) - amount)).toBeLessThanOrEqual(0.005001);
    }
  });

  it('gives an indicator value that does not depend on the window asked for', async () => {
    const at = async (from: string): Promise<unknown> => {
      const answer = await getJson(
        `${url}/api/v1/indicators/000001.SZ?names=MA5,MACD,RSI6,KDJ,BOLL&mode=cn&from=${from}&to=2023-12-29`,
      );
      expect(answer.status).toBe(200);
      return (answer.body as Page<{ date: string; values: Record<string, number> }>).items.at(-1);
    };
    const short = await at('2023-12-25');
    expect(await at('2000-01-01')).toEqual(short);
    expect(short).toMatchObject({ date: '2023-12-29', stable: true });
    // MA5 does not recurse, so the golden value of the 242-bar table must come out here too.
    expect((short as { values: Record<string, number> }).values['MA5']).toBeCloseTo(9.25, 6);
  });

  it('finds a symbol by code and by name', async () => {
    for (const query of ['000001', '平安银行']) {
      const answer = await getJson(`${url}/api/v1/symbols?query=${encodeURIComponent(query)}`);
      expect(answer.status).toBe(200);
      expect((answer.body as Page<unknown>).items).toContainEqual(
        expect.objectContaining({ symbol: '000001.SZ', name: '平安银行', exchange: 'SZ' }),
      );
    }
  });

  it('quarantines the index rows whose high and low are swapped, with a reason', async () => {
    const answer = await getJson(`${url}/api/v1/quarantine?symbol=000001.SH&disposition=rejected`);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      counts: {
        total: 16,
        bySymbolAndReason: [{ symbol: '000001.SH', reason: 'high_low_order', count: 16 }],
      },
    });
  });

  it.each([
    ['/api/v1/bars/999999.SZ', 404, 'symbol'],
    ['/api/v1/bars/000001.SZ?from=2023-02-30', 400, 'from'],
    ['/api/v1/bars/000001.SZ?unknown=1', 400, 'unknown'],
    ['/api/v1/indicators/000001.SZ?names=NOPE9', 400, 'names'],
  ])('answers %s with a problem that names the parameter', async (path, status, parameter) => {
    const answer = await getJson(`${url}${path}`);
    expect(answer.status).toBe(status);
    expect(answer.contentType).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status, requestId: expect.any(String) as string });
    expect(JSON.stringify(answer.body)).toContain(parameter);
  });

  it('describes itself', async () => {
    const answer = await getJson(`${url}/api/v1/openapi.json`);
    expect(answer.status).toBe(200);
    expect(Object.keys((answer.body as { paths: object }).paths)).toEqual(
      expect.arrayContaining(['/api/v1/symbols', '/api/v1/bars/{symbol}', '/api/v1/indicators/{symbol}']),
    );
  });

  it('keeps metrics and details off the public port', async () => {
    const response = await fetch(`${url}/metrics`);
    expect(response.status).toBe(404);
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(200);
  });
});
