import { Inject, Injectable } from '@nestjs/common';
import { checkRange, type Period, type SeriesQuery } from '../../common/market/series-query.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { MarketClock } from '../market-clock.ts';
import type { SymbolEntity } from '../symbols/symbol.entity.ts';
import { SymbolsService } from '../symbols/symbols.service.ts';
import type { BarItem, BarList } from './bars.dto.ts';
import { formatDecimal } from './format-decimal.ts';

interface BarRow {
  date: string;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string;
  amount: string;
}

/** A whole history, oldest first, as numbers; what indicators are computed from. */
export interface BarHistory {
  readonly symbol: string;
  readonly name: string;
  readonly asOf: string | null;
  readonly source: string;
  readonly stale: boolean;
  readonly dates: readonly string[];
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly amount: Float64Array;
}

const DAILY = `
  SELECT trade_date, open, high, low, close, volume, amount FROM app.daily_bars WHERE source = $4 AND symbol = $1`;

/** First open, highest high, lowest low, last close, sums; ISO weeks and calendar months; dated by the last trading day. */
const aggregate = (unit: 'week' | 'month'): string => `
  SELECT max(trade_date) AS trade_date,
         (array_agg(open ORDER BY trade_date))[1] AS open, max(high) AS high, min(low) AS low,
         (array_agg(close ORDER BY trade_date DESC))[1] AS close, sum(volume) AS volume, sum(amount) AS amount
    FROM app.daily_bars WHERE source = $4 AND symbol = $1 GROUP BY date_trunc('${unit}', trade_date)`;

const SOURCES: Readonly<Record<Period, string>> = {
  daily: DAILY,
  weekly: aggregate('week'),
  monthly: aggregate('month'),
};

/** `from` and `to` select finished bars, so that a week's or month's bar never depends on the window asked for. */
const select = (period: Period): string => `
  SELECT to_char(trade_date, 'YYYY-MM-DD') AS date, open, high, low, close, volume, amount
    FROM (${SOURCES[period]}) AS bars
   WHERE trade_date >= coalesce($2::date, '-infinity') AND trade_date <= coalesce($3::date, 'infinity')
   ORDER BY trade_date`;

@Injectable()
export class BarsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly symbols: SymbolsService,
    private readonly clock: MarketClock,
  ) {}

  async list(text: string, query: SeriesQuery): Promise<BarList> {
    checkRange(query);
    const entity = await this.symbols.get(text);
    const { symbol, lastBar, source } = entity;
    const rows = await this.rows(entity, query.period, query.from, query.to);
    const { period, adjust } = query;
    return {
      symbol,
      period,
      adjust,
      asOf: lastBar,
      source,
      stale: await this.isStale(source, lastBar),
      items: rows.map(itemOf),
    };
  }

  /** Every stored bar of a symbol, whatever window is shown later: recursions start at the first one. */
  async history(text: string, period: Period, until?: string): Promise<BarHistory> {
    const entity = await this.symbols.get(text);
    const { symbol, name, lastBar, source } = entity;
    const rows = await this.rows(entity, period, undefined, until);
    const column = (key: Exclude<keyof BarRow, 'date'>): Float64Array =>
      Float64Array.from(rows, (row) => Number(row[key]));
    return {
      symbol,
      name,
      asOf: lastBar,
      source,
      stale: await this.isStale(source, lastBar),
      dates: rows.map((row) => row.date),
      open: column('open'),
      high: column('high'),
      low: column('low'),
      close: column('close'),
      volume: column('volume'),
      amount: column('amount'),
    };
  }

  private rows(entity: SymbolEntity, period: Period, from?: string, to?: string): Promise<BarRow[]> {
    return this.database.query<BarRow>(select(period), [
      entity.symbol,
      from ?? null,
      to ?? null,
      entity.source,
    ]);
  }

  private async isStale(source: string, lastBar: string | null): Promise<boolean> {
    const today = await this.clock.today(source);
    return lastBar === null || today === undefined || lastBar < today;
  }
}

function itemOf({ date, open, high, low, close, volume, amount }: BarRow): BarItem {
  return {
    date,
    open: formatDecimal(open),
    high: formatDecimal(high),
    low: formatDecimal(low),
    close: formatDecimal(close),
    volume: Number(volume),
    amount: formatDecimal(amount),
  };
}
