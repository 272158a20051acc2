import { Injectable } from '@nestjs/common';
import { InvalidParameterError } from '../../common/errors.ts';
import { checkRange } from '../../common/market/series-query.ts';
import { rounded } from '../../common/rounded.ts';
import { type BarHistory, BarsService } from '../../market-data/bars/bars.service.ts';
import { computeIndicators, type IndicatorResult, UnknownIndicatorError } from '../index.ts';
import type { IndicatorItem, IndicatorList, IndicatorsQuery } from './indicators.dto.ts';

function compute(history: BarHistory, query: IndicatorsQuery): IndicatorResult {
  try {
    return computeIndicators(history, query.names, query.mode);
  } catch (error) {
    if (error instanceof UnknownIndicatorError) throw new InvalidParameterError('names', error.message);
    throw error;
  }
}

function itemsOf(dates: readonly string[], result: IndicatorResult, query: IndicatorsQuery): IndicatorItem[] {
  const columns = Object.entries(result.columns);
  const items: IndicatorItem[] = [];
  for (const [index, date] of dates.entries()) {
    if ((query.from !== undefined && date < query.from) || (query.to !== undefined && date > query.to))
      continue;
    const values: Record<string, number> = {};
    for (const [name, column] of columns) {
      const value = column[index];
      if (value !== undefined && Number.isFinite(value)) values[name] = rounded(value);
    }
    items.push({ date, stable: index >= result.stableFrom, values });
  }
  return items;
}

@Injectable()
export class IndicatorsService {
  constructor(private readonly bars: BarsService) {}

  /** Computed over the whole history, then cut: a value never depends on the window asked for. */
  async list(symbol: string, query: IndicatorsQuery): Promise<IndicatorList> {
    checkRange(query);
    const history = await this.bars.history(symbol, query.period);
    const { period, adjust, mode } = query;
    return {
      symbol: history.symbol,
      period,
      adjust,
      mode,
      asOf: history.asOf,
      source: history.source,
      stale: history.stale,
      items: itemsOf(history.dates, compute(history, query), query),
    };
  }
}
