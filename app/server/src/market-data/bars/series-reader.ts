import { Inject, Injectable } from '@nestjs/common';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import type { FactorStep } from '../adjustment/factors.ts';
import { VersionedCache } from './series-cache.ts';
import { PACKED_SERIES, type PackedSeries, type StoredSeries, unpackSeries } from './stored-series.ts';

/** A day on which the rights of a share changed, with the terms per share and what follows for older prices. */
export interface ExDate extends FactorStep {
  readonly cashPerShare: number;
  readonly bonusPerShare: number;
  readonly conversionPerShare: number;
  readonly rightsPerShare: number;
  readonly rightsPrice: number | null;
}

/** Days without trading, both included; `to` is null while it goes on. */
export interface StoredHalt {
  readonly from: string;
  readonly to: string | null;
  readonly reason: string | null;
  readonly origin: string;
}

/** Everything stored that an answer about the bars of a symbol needs. */
export interface SymbolSeries extends StoredSeries {
  readonly exDates: readonly ExDate[];
  readonly halts: readonly StoredHalt[];
}

const EX_DATES = `
  SELECT coalesce(json_agg(json_build_object(
           'exDate', factor.ex_date, 'previousClose', factor.previous_close, 'reference', factor.reference,
           'factor', factor.price_factor, 'shareRatio', factor.share_factor,
           'cashPerShare', coalesce(action.cash_per_share, 0), 'bonusPerShare', coalesce(action.bonus_per_share, 0),
           'conversionPerShare', coalesce(action.conversion_per_share, 0),
           'rightsPerShare', coalesce(action.rights_per_share, 0), 'rightsPrice', action.rights_price)
           ORDER BY factor.ex_date), '[]')
    FROM app.adjustment_factors AS factor LEFT JOIN app.corporate_actions AS action USING (source, symbol, ex_date)
   WHERE factor.source = $1 AND factor.symbol = $2`;

const HALTS = `
  SELECT coalesce(json_agg(json_build_object('from', from_date, 'to', to_date, 'reason', reason, 'origin', origin)
           ORDER BY from_date), '[]')
    FROM app.halts WHERE source = $1 AND symbol = $2`;

/** One statement, so that bars, factors and halts are of one moment. */
const SERIES = `SELECT series.*, (${EX_DATES}) AS "exDates", (${HALTS}) AS halts FROM (${PACKED_SERIES}) AS series`;

interface SeriesRow extends PackedSeries {
  packed: string | null;
  readonly exDates: readonly ExDate[];
  readonly halts: readonly StoredHalt[];
}

/** About 280 series of 2,000 bars; a page asks for the bars and then for the indicators of the same symbol. */
const CACHE_BYTES = 32 * 2 ** 20;
const BYTES_PER_BAR = 6 * Float64Array.BYTES_PER_ELEMENT + Int32Array.BYTES_PER_ELEMENT;
/** Objects around the columns. */
const BYTES_PER_SERIES = 2_048;
const BYTES_PER_OBJECT = 256;

const bytesOf = ({ days, exDates, halts, origins }: SymbolSeries): number =>
  BYTES_PER_SERIES +
  days.length * BYTES_PER_BAR +
  (exDates.length + halts.length + origins.length) * BYTES_PER_OBJECT;

/** Reads whole series: recursions start at the first stored bar, whatever window is shown. */
@Injectable()
export class SeriesReader {
  private readonly cache = new VersionedCache<SymbolSeries>(CACHE_BYTES, bytesOf);

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** @param version of the symbol; what is read is at least that new */
  async read(source: string, symbol: string, version: string): Promise<SymbolSeries> {
    const key = `${source} ${symbol}`;
    const known = this.cache.get(key, version);
    if (known !== undefined) return known;
    const [row] = await this.database.query<SeriesRow>(SERIES, [source, symbol]);
    if (row === undefined) throw new Error('an aggregate without GROUP BY has one row');
    const series = { ...unpackSeries(row), exDates: row.exDates, halts: row.halts };
    // Objects of the driver that are dead, but old, hold each row until the next full collection. With a text of 130 kB
    // in it that was one every 0.7 s at 100 requests per second, and each holds up all requests for 50 ms and more.
    row.packed = null;
    this.cache.put(key, version, series);
    return series;
  }
}
