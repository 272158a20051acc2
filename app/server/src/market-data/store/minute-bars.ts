import type { Sql, Transaction } from '../../database/sql.ts';
import type { MinuteBar, Origin } from '../provider.ts';
import { type CopyField, copyText } from './copy-text.ts';

export interface MinuteSeries {
  readonly source: string;
  readonly symbol: string;
  readonly origin: Origin;
  readonly bars: readonly MinuteBar[];
}

const COPY =
  'COPY app.minute_bars (source, symbol, origin, at, open, high, low, close, volume, amount) FROM STDIN';

const UPSERT = `
  INSERT INTO app.minute_bars AS stored (source, symbol, origin, at, open, high, low, close, volume, amount)
  SELECT $1, $2, $3, given.*
    FROM unnest($4::timestamp[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[], $9::bigint[], $10::numeric[]) AS given
  ON CONFLICT (source, symbol, at) DO UPDATE
     SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
         volume = excluded.volume, amount = excluded.amount, origin = excluded.origin, fetched_at = now()
   WHERE (stored.open, stored.high, stored.low, stored.close, stored.volume, stored.amount, stored.origin)
         IS DISTINCT FROM
         (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume, excluded.amount, excluded.origin)`;

const OCCUPIED = `
  SELECT 1 FROM app.minute_bars WHERE source = $1 AND symbol = $2 AND at BETWEEN $3::timestamp AND $4::timestamp LIMIT 1`;

function fieldsOf({ source, symbol, origin }: MinuteSeries, bar: MinuteBar): readonly CopyField[] {
  const { at, open, high, low, close, volume, amount } = bar;
  return [source, symbol, origin, at, open, high, low, close, volume, amount];
}

/** As {@link storeDailyBars}, for minutes of one symbol, whose lock the caller holds. */
export async function storeMinuteBars(sql: Transaction, series: MinuteSeries): Promise<void> {
  const { source, symbol, origin, bars } = series;
  const times = bars.map((bar) => bar.at).toSorted();
  if (times.length === 0) return;
  const taken: unknown[] = await sql.query(OCCUPIED, [source, symbol, times[0], times.at(-1)]);
  const rows = bars.map((bar) => fieldsOf(series, bar));
  if (taken.length === 0) {
    await sql.copyIn(COPY, copyText(rows));
    return;
  }
  const columns = [3, 4, 5, 6, 7, 8, 9].map((column) => rows.map((row) => String(row[column])));
  await sql.query(UPSERT, [source, symbol, origin, ...columns]);
}

/** For so many days after its newest minutes a share's are taken for wanted. */
const WANTED_DAYS = 30;

/** Shares whose minutes somebody has ordered not long ago. */
export async function symbolsWithMinutes(sql: Sql, source: string): Promise<string[]> {
  const rows = await sql.query<{ symbol: string }>(
    // The end of the range keeps it from probing the partitions that are made years ahead.
    `SELECT symbol FROM app.symbols AS stored
      WHERE source = $1 AND kind = 'stock' AND listing_status <> 'delisted'
        AND EXISTS (SELECT 1 FROM app.minute_bars
                     WHERE source = stored.source AND symbol = stored.symbol
                       AND at > now()::timestamp - make_interval(days => ${WANTED_DAYS}) AND at < now()::timestamp + interval '1 day')
      ORDER BY symbol`,
    [source],
  );
  return rows.map(({ symbol }) => symbol);
}

/** Removes a minute that a person judged to be wrong. */
export async function deleteMinuteBar(
  sql: Sql,
  key: { readonly source: string; readonly symbol: string; readonly at: string },
): Promise<void> {
  await sql.query('DELETE FROM app.minute_bars WHERE source = $1 AND symbol = $2 AND at = $3::timestamp', [
    key.source,
    key.symbol,
    key.at,
  ]);
}
