import { Injectable } from '@nestjs/common';
import { InvalidParameterError } from '../../common/errors.ts';
import { checkRange } from '../../common/market/series-query.ts';
import { rounded } from '../../common/rounded.ts';
import { type BarHistory, BarsService } from '../../market-data/bars/bars.service.ts';
import {
  computeIndicators,
  type IndicatorColumn,
  type IndicatorResult,
  UnknownIndicatorError,
} from '../index.ts';
import { definitionItemOf } from './catalogue.ts';
import type {
  FoundPatternItem,
  IndicatorColumnItem,
  IndicatorItem,
  IndicatorList,
  IndicatorsQuery,
} from './indicators.dto.ts';

function compute(history: BarHistory, query: IndicatorsQuery): IndicatorResult {
  try {
    return computeIndicators(history, query.names, query.mode);
  } catch (error) {
    if (error instanceof UnknownIndicatorError) throw new InvalidParameterError('names', error.message);
    throw error;
  }
}

/** The bars that are shown, as the first index and the one behind the last. */
function windowOf(dates: readonly string[], { from, to }: IndicatorsQuery): readonly [number, number] {
  const start = from === undefined ? 0 : dates.findIndex((date) => date >= from);
  const end = to === undefined ? -1 : dates.findIndex((date) => date > to);
  return [start === -1 ? dates.length : start, end === -1 ? dates.length : end];
}

function itemOf(date: string, index: number, stableFrom: number, columns: readonly IndicatorColumn[]) {
  const values: Record<string, number> = {};
  for (const { name, values: column } of columns) {
    const value = column[index];
    if (value !== undefined && Number.isFinite(value)) values[name] = rounded(value);
  }
  return { date, stable: index >= stableFrom, values };
}

function columnItemsOf(dates: readonly string[], columns: readonly IndicatorColumn[]): IndicatorColumnItem[] {
  return columns.flatMap(({ name, unit, firstIndex, stableFrom, missing, definition }) =>
    unit === 'pattern'
      ? []
      : [
          {
            name,
            unit,
            firstValue: dates[firstIndex] ?? null,
            stableFrom: dates[stableFrom] ?? null,
            missing,
            definition: definitionItemOf(definition),
          },
        ],
  );
}

/** The patterns that are there, bar by bar. */
function patternsAt(date: string, index: number, columns: readonly IndicatorColumn[]): FoundPatternItem[] {
  return columns.flatMap(({ name, values, definition }) => {
    const value = values[index];
    return value === undefined || Number.isNaN(value) || value === 0
      ? []
      : [{ date, name, title: definition.title, value }];
  });
}

@Injectable()
export class IndicatorsService {
  constructor(private readonly bars: BarsService) {}

  /** Computed over the whole history, then cut: a value never depends on the window asked for. */
  async list(symbol: string, query: IndicatorsQuery): Promise<IndicatorList> {
    checkRange(query);
    const history = await this.bars.history(symbol, query.period);
    const { period, adjust, mode } = query;
    const result = compute(history, query);
    const all = Object.values(result.columns);
    const numbers = all.filter(({ unit }) => unit !== 'pattern');
    const candles = all.filter(({ unit }) => unit === 'pattern');
    const items: IndicatorItem[] = [];
    const patterns: FoundPatternItem[] = [];
    const [start, end] = windowOf(history.dates, query);
    for (const [offset, date] of history.dates.slice(start, end).entries()) {
      const index = start + offset;
      items.push(itemOf(date, index, result.stableFrom, numbers));
      patterns.push(...patternsAt(date, index, candles));
    }
    return {
      symbol: history.symbol,
      period,
      adjust,
      mode,
      asOf: history.asOf,
      source: history.source,
      stale: history.stale,
      columns: columnItemsOf(history.dates, numbers),
      patterns,
      items,
    };
  }
}
