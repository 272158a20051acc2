import type { Period } from '../../common/market/series-query.ts';
import {
  adjust,
  type AdjustedSeries,
  type AdjustOptions,
  type AdjustmentMode,
} from '../adjustment/adjust.ts';
import type { KnownFactors } from '../adjustment/factors.ts';
import { toPeriod } from '../adjustment/periods.ts';
import type { Bar } from '../provider.ts';
import type { SymbolSeries } from './series-reader.ts';
import { dateOfDay } from './stored-series.ts';

/** Bars of one period and one adjustment as columns of equal length, oldest first; units as of {@link SymbolSeries}. */
export interface BarColumns {
  readonly dates: readonly string[];
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly amount: Float64Array;
}

/** What was done to the prices. */
export interface AppliedAdjustment {
  /** The date whose prices are as they were paid; null: all are. */
  readonly anchor: string | null;
  /** Bars before the date from which all ex-dates are known: they cannot be adjusted and are left out. */
  readonly omittedBars: number;
}

export interface HistoryOptions {
  readonly period: Period;
  readonly adjust: AdjustmentMode;
  /** Later bars and ex-dates are not looked at. */
  readonly until?: string | undefined;
  readonly volumes?: AdjustOptions['volumes'];
}

function rawBar(series: SymbolSeries, index: number): Bar {
  const at = (column: Float64Array): number => column[index] ?? Number.NaN;
  return {
    date: dateOfDay(series.days[index] ?? 0),
    open: at(series.open),
    high: at(series.high),
    low: at(series.low),
    close: at(series.close),
    volume: at(series.volume),
    amount: at(series.amount),
  };
}

function columnsOf(bars: readonly Bar[]): BarColumns {
  const column = (key: Exclude<keyof Bar, 'date'>): Float64Array =>
    Float64Array.from(bars, (bar) => bar[key]);
  return {
    dates: bars.map((bar) => bar.date),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
    amount: column('amount'),
  };
}

/** A loop and not `Array.from`, which makes an object for each day. */
function datesOf(days: Int32Array, end: number): string[] {
  const dates: string[] = [];
  for (let index = 0; index < end; index += 1) dates.push(dateOfDay(days[index] ?? 0));
  return dates;
}

function rawColumns(series: SymbolSeries, end: number): BarColumns {
  const cut = (column: Float64Array): Float64Array => column.subarray(0, end);
  return {
    dates: datesOf(series.days, end),
    open: cut(series.open),
    high: cut(series.high),
    low: cut(series.low),
    close: cut(series.close),
    volume: cut(series.volume),
    amount: cut(series.amount),
  };
}

/** Number of bars up to a date, it included. */
function countUntil({ days }: SymbolSeries, until: string | undefined): number {
  if (until === undefined) return days.length;
  const later = days.findIndex((day) => dateOfDay(day) > until);
  return later === -1 ? days.length : later;
}

/**
 * Bars as they were asked for. Weekly and monthly ones are made of adjusted daily ones, because an ex-date within a week
 * would mix two scales of prices.
 * @param knownFrom from when all ex-dates are known; must be given to adjust
 */
export function historyOf(
  series: SymbolSeries,
  knownFrom: string | undefined,
  options: HistoryOptions,
): BarColumns & AppliedAdjustment {
  const end = countUntil(series, options.until);
  if (options.adjust === 'none' && options.period === 'daily')
    return { ...rawColumns(series, end), anchor: null, omittedBars: 0 };
  const raw = Array.from({ length: end }, (_, index) => rawBar(series, index));
  const { bars, anchor } = adjusted(series, raw, knownFrom, options);
  const columns = columnsOf(toPeriod(bars, options.period));
  return { ...columns, anchor: anchor ?? null, omittedBars: raw.length - bars.length };
}

function adjusted(
  series: SymbolSeries,
  raw: readonly Bar[],
  knownFrom: string | undefined,
  options: HistoryOptions,
): Pick<AdjustedSeries, 'bars' | 'anchor'> {
  const last = raw.at(-1);
  if (options.adjust === 'none' || last === undefined) return { bars: raw, anchor: undefined };
  if (knownFrom === undefined) throw new Error('prices without known factors cannot be adjusted');
  const bars = raw.filter((bar) => bar.date >= knownFrom);
  const factors: KnownFactors = { kind: 'known', knownFrom, knownUntil: last.date, steps: series.exDates };
  const result = adjust(bars, factors, options.adjust, { volumes: options.volumes ?? 'as-traded' });
  if (result.kind === 'unknown') throw new Error(`factors are not known for all bars from ${knownFrom}`);
  return result;
}
