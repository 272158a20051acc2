import { normaliseName } from '../../common/market/pinyin-initials.ts';
import { exchangeOf } from '../../common/market/symbol.ts';
import type { Bar, Halt, Quote, SymbolListing } from '../provider.ts';
import { known, sharesOfLots } from './cells.ts';
import { INDICES, symbolOfCode } from './codes.ts';
import { marketQuotes, stockNames, suspensions, tradingDays } from './functions.ts';
import { readRows, violated } from './rows.ts';
import { checkUnits } from './units.ts';

/** The market had more stocks than this in 2016; a list with fewer is half of one. */
const LEAST_STOCKS = 3_000;
/** Trading days from 1990 to 2015. */
const LEAST_TRADING_DAYS = 6_000;

/** @throws SourceError `too_few_rows`: half a list would make the other half look delisted */
function checkWhole(rows: readonly unknown[], least: number, name: string): void {
  if (rows.length < least) throw violated('too_few_rows', `${name} answered with ${rows.length} rows`);
}

/**
 * AkShare joins four lists. Without that of Shanghai's main board it is still long enough for a market; without
 * Shenzhen's it is not, and the other two are too small to tell.
 */
const LEAST_IN_SHANGHAI = 1_000;

/** All A shares, and the indices that are known here. */
export function readNames(body: string): readonly SymbolListing[] {
  const rows = readRows(stockNames, body);
  checkWhole(rows, LEAST_STOCKS, stockNames.name);
  const stocks = rows.flatMap(({ row }): SymbolListing[] => {
    const symbol = symbolOfCode(row.code);
    const name = normaliseName(row.name);
    return symbol === undefined ? [] : [{ symbol, name, kind: 'stock', pinyin: undefined }];
  });
  const inShanghai = stocks.filter(({ symbol }) => exchangeOf(symbol) === 'SH');
  checkWhole(inShanghai, LEAST_IN_SHANGHAI, `${stockNames.name} of Shanghai`);
  return [...stocks, ...INDICES];
}

/** Ascending civil dates. */
export function readTradingDays(body: string): readonly string[] {
  const rows = readRows(tradingDays, body);
  checkWhole(rows, LEAST_TRADING_DAYS, tradingDays.name);
  return [...new Set(rows.map(({ row }) => row.trade_date))].sort();
}

/** One quote per A share; the pages shift while they are read, so a code may come twice, and its first row counts. */
export function readQuotes(body: string): readonly Quote[] {
  const rows = readRows(marketQuotes, body);
  checkWhole(rows, LEAST_STOCKS, marketQuotes.name);
  const quotes = new Map<string, Quote>();
  for (const { row } of rows) {
    const symbol = symbolOfCode(row.代码);
    if (symbol === undefined || quotes.has(symbol)) continue;
    quotes.set(symbol, {
      symbol,
      name: normaliseName(row.名称),
      last: known(row.最新价),
      open: known(row.今开),
      high: known(row.最高),
      low: known(row.最低),
      previousClose: known(row.昨收),
      volume: row.成交量 === null ? undefined : sharesOfLots(row.成交量),
      amount: known(row.成交额),
      volumeRatio: known(row.量比),
      turnoverRate: known(row.换手率),
      peDynamic: known(row['市盈率-动态']),
      pb: known(row.市净率),
      marketCap: known(row.总市值),
      floatCap: known(row.流通市值),
    });
  }
  checkUnits([...quotes.values()].flatMap(barOfDay), 'stock');
  return [...quotes.values()];
}

/** A quote as the bar of its day, where all of it is known. */
function barOfDay({ open, high, low, last: close, volume, amount }: Quote): readonly Bar[] {
  if (open === undefined || high === undefined || low === undefined || close === undefined) return [];
  return volume === undefined || amount === undefined
    ? []
    : [{ date: '', open, high, low, close, volume, amount }];
}

/** A halt of minutes within a day is no day without trading. */
const WITHIN_A_DAY = /盘中|小时|分钟/;

/** Halts of A shares that are in force on a date; undefined: not even another kind of halt is named. */
export function readHalts(body: string): readonly Halt[] | undefined {
  const rows = readRows(suspensions, body);
  if (rows.length === 0) return undefined;
  return rows.flatMap(({ row }): Halt[] => {
    const symbol = symbolOfCode(row.代码);
    const from = row.停牌时间;
    if (symbol === undefined || from === null || WITHIN_A_DAY.test(row.停牌期限 ?? '')) return [];
    const to = row.停牌截止时间;
    if (to !== null && to < from) throw violated('bad_date', `${symbol} is halted from ${from} to ${to}`);
    return [{ symbol, from, to: known(to), reason: known(row.停牌原因) }];
  });
}
