import { Inject, Injectable } from '@nestjs/common';
import { Versioned } from '../../common/conditional/versioned.ts';
import { NotStoredError } from '../../common/errors.ts';
import { formatStored } from '../../common/market/decimal.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { ROWS_VERSION } from '../store/rows-version.ts';
import { SymbolsService } from '../symbols/symbols.service.ts';
import type { MinuteItem, MinuteList, MinutesQuery } from './minutes.dto.ts';

/** $1 source, $2 symbol, $3 the day or null. */
const STATE = `
  WITH shown AS (
    SELECT coalesce($3::date, (SELECT max(at) FROM app.minute_bars WHERE source = $1 AND symbol = $2)::date) AS day)
  SELECT shown.day::text AS date,
         (SELECT max(at)::date::text FROM app.minute_bars WHERE source = $1 AND symbol = $2) AS "asOf",
         (SELECT max(at)::date::text FROM app.minute_bars
           WHERE source = $1 AND symbol = $2 AND at < shown.day) AS "previousDate",
         (SELECT ${ROWS_VERSION} FROM app.minute_bars
           WHERE source = $1 AND symbol = $2 AND at >= shown.day AND at < shown.day + 1) AS version
    FROM shown`;

const MINUTES = `
  SELECT to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"') AS time, open, high, low, close, volume::float8, amount, origin
    FROM app.minute_bars
   WHERE source = $1 AND symbol = $2 AND at >= $3::date AND at < $3::date + 1
   ORDER BY at`;

interface MinuteState {
  readonly date: string | null;
  readonly asOf: string | null;
  readonly previousDate: string | null;
  readonly version: string;
}

@Injectable()
export class MinutesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly symbols: SymbolsService,
  ) {}

  /** @throws NotStoredError when no minutes of the symbol are stored */
  async list(text: string, query: MinutesQuery): Promise<Versioned<MinuteList>> {
    const { symbol, source, lastBar } = await this.symbols.get(text);
    const [state] = await this.database.query<MinuteState>(STATE, [source, symbol, query.date ?? null]);
    const { date = null, asOf = null, previousDate = null, version = '' } = state ?? {};
    if (date === null || asOf === null) throw new NotStoredError(symbol, 'minute bars', 'minutes');
    const stale = lastBar !== null && asOf < lastBar;
    return new Versioned(`${version} ${asOf} ${previousDate} ${stale}`, async () => {
      const rows = await this.database.query<MinuteItem>(MINUTES, [source, symbol, date]);
      return { symbol, date, asOf, source, stale, items: rows.map((row) => shown(row)), previousDate };
    });
  }
}

function shown({ open, high, low, close, amount, ...rest }: MinuteItem): MinuteItem {
  const prices = { open: formatStored(open), high: formatStored(high), low: formatStored(low) };
  return { ...rest, ...prices, close: formatStored(close), amount: formatStored(amount) };
}
