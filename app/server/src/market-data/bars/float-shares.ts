import { Inject, Injectable } from '@nestjs/common';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { ROWS_VERSION } from '../store/rows-version.ts';

/** $1 source, $2 symbol. */
const VERSION = `SELECT ${ROWS_VERSION} AS version FROM app.valuations WHERE source = $1 AND symbol = $2`;

const COUNTS = `
  SELECT trade_date - date '1970-01-01' AS day, float_shares::float8 AS shares
    FROM app.valuations WHERE source = $1 AND symbol = $2 AND float_shares > 0`;

/**
 * How many shares of a company could be traded on each day, from its valuations. A profile has the count of today, too,
 * but no day: unlocked and new shares change the count without an ex-date, so it holds for no other day.
 */
@Injectable()
export class FloatShares {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Changes with what is stored. */
  async version(source: string, symbol: string): Promise<string> {
    const [row] = await this.database.query<{ version: string }>(VERSION, [source, symbol]);
    return row?.version ?? '';
  }

  /** One count per day, NaN where none is stored; undefined: of none of them. @param days since 1970-01-01 */
  async of(source: string, symbol: string, days: Int32Array): Promise<Float64Array | undefined> {
    const rows = await this.database.query<{ day: number; shares: number }>(COUNTS, [source, symbol]);
    const counts = new Map(rows.map(({ day, shares }) => [day, shares]));
    const column = Float64Array.from(days, (day) => counts.get(day) ?? Number.NaN);
    return column.every(Number.isNaN) ? undefined : column;
  }
}
