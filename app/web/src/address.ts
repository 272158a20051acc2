import type { Adjust, Period } from './api.ts';

export type Range = '1m' | '3m' | '6m' | '1y' | '3y' | 'all';

export const RANGE_MONTHS: Readonly<Record<Range, number | undefined>> = {
  '1m': 1,
  '3m': 3,
  '6m': 6,
  '1y': 12,
  '3y': 36,
  all: undefined,
};

/** What is shown of each period without a wish: about as many candles as a chart has room for. */
export const DEFAULT_RANGE: Readonly<Record<Period, Range>> = { daily: '6m', weekly: '3y', monthly: 'all' };

export const DEFAULT_SYMBOL = '000001.SZ';

/** What the page shows, as its address says it: a reload and a link show the same. Undefined: the reader has not chosen. */
export interface Address {
  readonly symbol: string;
  readonly period: Period;
  readonly adjust: Adjust | undefined;
  readonly range: Range | undefined;
}

/**
 * A symbol as other programs write it in the form of the platform: sh600000 and SH.600000 become 600000.SH. Of a code
 * that is not whole yet the digits stay, which find it; every other text stays what it is.
 */
export function searchText(text: string): string {
  const typed = text.normalize('NFKC').trim();
  const [, exchange = '', code] = /^(sh|sz|bj)\.?(\d{1,6})$/i.exec(typed) ?? [];
  if (code === undefined) return typed;
  return code.length === 6 ? `${code}.${exchange.toUpperCase()}` : code;
}

const PERIODS = Object.keys(DEFAULT_RANGE);
const ADJUSTS: readonly string[] = ['none', 'qfq', 'hfq'] satisfies Adjust[];
const isPeriod = (text: string | null): text is Period => text !== null && PERIODS.includes(text);
const isAdjust = (text: string | null): text is Adjust => text !== null && ADJUSTS.includes(text);
const isRange = (text: string | null): text is Range => text !== null && Object.hasOwn(RANGE_MONTHS, text);

/** What is missing or unknown is as if the reader had not chosen: an old link still shows its symbol. */
export function readAddress(search: string): Address {
  const given = new URLSearchParams(search);
  const [period, adjust, range] = [given.get('period'), given.get('adjust'), given.get('range')];
  return {
    symbol: searchText(given.get('symbol') ?? '').toUpperCase() || DEFAULT_SYMBOL,
    period: isPeriod(period) ? period : 'daily',
    adjust: isAdjust(adjust) ? adjust : undefined,
    range: isRange(range) ? range : undefined,
  };
}

/** The query of a link to it, with nothing that goes without saying. */
export function writeAddress({ symbol, period, adjust, range }: Address): string {
  const query = new URLSearchParams({ symbol });
  if (period !== 'daily') query.set('period', period);
  if (adjust !== undefined) query.set('adjust', adjust);
  if (range !== undefined) query.set('range', range);
  return `?${query.toString()}`;
}

/** What the page's middle shows: the chart, something about people, or about the platform itself. */
export type Place = 'chart' | 'account' | 'users' | 'audit' | 'monitoring';

const PLACES: readonly string[] = ['account', 'users', 'audit', 'monitoring'] satisfies Place[];
const isPlace = (text: string): text is Place => PLACES.includes(text);

/** `#account` is the account, `#monitoring/charts?range=24h` a page of the monitoring; every other fragment, as none, is the chart. */
export function readPlace(hash: string): Place {
  const [name = ''] = hash.slice(1).split(/[/?]/, 1);
  return isPlace(name) ? name : 'chart';
}
