import type { Sql, Transaction } from '../../database/sql.ts';
import type { MarketSnapshot, Origin, Quote } from '../provider.ts';
import { type CopyField, copyText } from './copy-text.ts';

export interface TakenSnapshot {
  readonly source: string;
  readonly origin: Origin;
  readonly takenAt: Date;
  readonly snapshot: MarketSnapshot;
}

/** Snapshots of a day that was still trading are of use for the day; a year of them would be 10 million rows. */
const KEEP_INTRADAY_DAYS = 2;

const COPY = `
  COPY app.snapshot_quotes (snapshot_id, trade_date, symbol, name, last, open, high, low, previous_close, volume, amount,
       volume_ratio, turnover_rate, pe_dynamic, pb, market_cap, float_cap) FROM STDIN`;

const QUOTES = `
  SELECT symbol, name, last::float8, open::float8, high::float8, low::float8,
         previous_close::float8 AS "previousClose", volume::float8, amount::float8,
         volume_ratio AS "volumeRatio", turnover_rate AS "turnoverRate", pe_dynamic AS "peDynamic", pb,
         market_cap::float8 AS "marketCap", float_cap::float8 AS "floatCap"
    FROM app.snapshot_quotes WHERE snapshot_id = $1 AND trade_date = $2 ORDER BY symbol`;

type Figure = Exclude<keyof Quote, 'symbol' | 'name'>;
type StoredQuote = Pick<Quote, 'symbol' | 'name'> & Readonly<Record<Figure, number | null>>;

function quoteOf({ symbol, name, ...figures }: StoredQuote): Quote {
  const figure = (key: Figure): number | undefined => figures[key] ?? undefined;
  return {
    symbol,
    name,
    last: figure('last'),
    open: figure('open'),
    high: figure('high'),
    low: figure('low'),
    previousClose: figure('previousClose'),
    volume: figure('volume'),
    amount: figure('amount'),
    volumeRatio: figure('volumeRatio'),
    turnoverRate: figure('turnoverRate'),
    peDynamic: figure('peDynamic'),
    pb: figure('pb'),
    marketCap: figure('marketCap'),
    floatCap: figure('floatCap'),
  };
}

function fieldsOf(id: string, date: string, quote: Quote): readonly CopyField[] {
  const { symbol, name, last, open, high, low, previousClose, volume, amount } = quote;
  const { volumeRatio, turnoverRate, peDynamic, pb, marketCap, floatCap } = quote;
  const traded = [last, open, high, low, previousClose, volume, amount];
  return [id, date, symbol, name, ...traded, volumeRatio, turnoverRate, peDynamic, pb, marketCap, floatCap];
}

/**
 * Publishes a snapshot with the transaction: readers see the one before or all of this one.
 * @returns whether it is new; a repeated answer of the source is not stored twice
 */
export async function publishSnapshot(sql: Transaction, taken: TakenSnapshot): Promise<boolean> {
  const { source, origin, takenAt, snapshot } = taken;
  const { tradeDate, final, quotes } = snapshot;
  const created = await sql.query<{ id: string }>(
    `INSERT INTO app.market_snapshots (source, trade_date, taken_at, final, quotes, origin)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (source, taken_at) DO NOTHING RETURNING id`,
    [source, tradeDate, takenAt, final, quotes.length, origin],
  );
  const id = created[0]?.id;
  if (id === undefined) return false;
  await sql.copyIn(COPY, copyText(quotes.map((quote) => fieldsOf(id, tradeDate, quote))));
  await dropOutdated(sql, source, tradeDate);
  return true;
}

/** Day of listing, or else of the first stored bar, by symbol of the shares that a load has seen listed. */
export type ListedShares = ReadonlyMap<string, string | null>;

export async function listedShares(sql: Sql, source: string): Promise<ListedShares> {
  const rows = await sql.query<{ symbol: string; since: string | null }>(
    `SELECT symbol, coalesce(listed_on, first_bar)::text AS since FROM app.symbols
      WHERE source = $1 AND kind = 'stock' AND listing_status <> 'delisted'`,
    [source],
  );
  return new Map(rows.map(({ symbol, since }) => [symbol, since]));
}

/** The closing quotes of a day; undefined where none are stored. */
export async function finalSnapshot(
  sql: Sql,
  source: string,
  tradeDate: string,
): Promise<{ readonly origin: Origin; readonly snapshot: MarketSnapshot } | undefined> {
  const [newest] = await sql.query<{ id: string; origin: Origin }>(
    `SELECT id, origin FROM app.market_snapshots WHERE source = $1 AND trade_date = $2 AND final
      ORDER BY taken_at DESC LIMIT 1`,
    [source, tradeDate],
  );
  if (newest === undefined) return undefined;
  const rows = await sql.query<StoredQuote>(QUOTES, [newest.id, tradeDate]);
  return { origin: newest.origin, snapshot: { tradeDate, final: true, quotes: rows.map(quoteOf) } };
}

async function dropOutdated(sql: Sql, source: string, tradeDate: string): Promise<void> {
  const outdated = await sql.query<{ id: string; date: string }>(
    `DELETE FROM app.market_snapshots WHERE source = $1 AND NOT final AND trade_date < $2::date - $3::int
     RETURNING id, trade_date::text AS date`,
    [source, tradeDate, KEEP_INTRADAY_DAYS],
  );
  // One by one: with both parts of the key at hand each is found in its own partition.
  for (const { id, date } of outdated)
    await sql.query('DELETE FROM app.snapshot_quotes WHERE snapshot_id = $1 AND trade_date = $2', [id, date]);
}
