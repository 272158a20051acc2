import { Injectable } from '@nestjs/common';
import { setImmediate as nextTick } from 'node:timers/promises';
import { Versioned } from '../../common/conditional/versioned.ts';
import { InvalidParameterError } from '../../common/errors.ts';
import { checkRange, windowOf } from '../../common/market/series-query.ts';
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

function valuesAt(index: number, columns: readonly IndicatorColumn[]): Record<string, number> {
  const values: Record<string, number> = {};
  for (const { name, values: column } of columns) {
    const value = column[index];
    if (value !== undefined && Number.isFinite(value)) values[name] = rounded(value);
  }
  return values;
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
  async list(symbol: string, query: IndicatorsQuery): Promise<Versioned<IndicatorList>> {
    checkRange(query);
    const { period, adjust } = query;
    const floatShares = query.names.includes('TURNOVER');
    const series = await this.bars.series(symbol, { period, adjust, floatShares });
    const body = async (): Promise<IndicatorList> => listOf(await series.read(), query);
    return new Versioned(series.version, body, series.isLong(query));
  }
}

/** After so many items others get a turn. */
const ITEMS_PER_TURN = 500;

async function listOf(history: BarHistory, query: IndicatorsQuery): Promise<IndicatorList> {
  const { symbol, asOf, source, stale, factorsKnownFrom, anchor, omittedBars } = history;
  const { period, adjust, mode } = query;
  const result = compute(history, query);
  const all = Object.values(result.columns);
  const numbers = all.filter(({ unit }) => unit !== 'pattern');
  const candles = all.filter(({ unit }) => unit === 'pattern');
  const items: IndicatorItem[] = [];
  const patterns: FoundPatternItem[] = [];
  const [start, end] = windowOf(history.dates, query);
  for (let index = start; index < end; index += 1) {
    const date = history.dates[index] ?? '';
    if ((index - start) % ITEMS_PER_TURN === ITEMS_PER_TURN - 1) await nextTick();
    items.push({
      date,
      stable: index >= result.stableFrom,
      partial: history.isPartial(date),
      values: valuesAt(index, numbers),
    });
    if (candles.length > 0) patterns.push(...patternsAt(date, index, candles));
  }
  return {
    ...{ symbol, period, adjust, mode, asOf, source, stale, factorsKnownFrom, anchor, omittedBars },
    columns: columnItemsOf(history.dates, numbers),
    patterns,
    items,
  };
}
