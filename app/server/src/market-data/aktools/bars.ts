import { kindOf } from '../../common/market/symbol.ts';
import type { Bar, MinuteBar, MinuteRow, SourceRow } from '../provider.ts';
import { sharesOfLots } from './cells.ts';
import { prefixedCode } from './codes.ts';
import {
  indexHistory,
  minuteHistory,
  stockHistory,
  stockHistorySina,
  stockHistoryTencent,
} from './functions.ts';
import { type ReadRow, readRows, violated } from './rows.ts';
import { checkUnits } from './units.ts';

/** Exchange dates, both inclusive. */
export interface AskedRange {
  readonly from: string;
  readonly to: string;
}

/** What was asked for, so that an answer to another question is noticed. */
export interface AskedBars extends AskedRange {
  readonly symbol: string;
  readonly code: string;
}

type Cells = Readonly<Record<'open' | 'high' | 'low' | 'close' | 'volume' | 'amount', number | null>>;
type Numbers = Readonly<Record<keyof Cells, number>>;

interface Entry<Numbered> {
  readonly numbers: Numbered | undefined;
  readonly malformed: string;
  readonly at: string;
  readonly raw: unknown;
}

/** A row with a hole stands for no bar; the row keeps its place, and whoever checks rows says what becomes of it. */
function entryOf(at: string, cells: Cells, raw: unknown): Entry<Numbers> {
  const { open, high, low, close, volume, amount } = cells;
  if (
    open === null ||
    high === null ||
    low === null ||
    close === null ||
    volume === null ||
    amount === null
  ) {
    const hole = Object.entries(cells).find(([, value]) => value === null)?.[0] ?? '';
    return { at, raw, numbers: undefined, malformed: `${hole} is missing` };
  }
  return { at, raw, numbers: { open, high, low, close, volume, amount }, malformed: '' };
}

type ChineseCells = Readonly<Record<'开盘' | '最高' | '最低' | '收盘' | '成交量' | '成交额', number | null>>;

function fromLots(row: ChineseCells): Cells {
  const lots = row.成交量;
  return {
    open: row.开盘,
    high: row.最高,
    low: row.最低,
    close: row.收盘,
    volume: lots === null ? null : sharesOfLots(lots),
    amount: row.成交额,
  };
}

const barsOf = (entries: readonly Entry<Numbers>[]): readonly Bar[] =>
  entries.flatMap(({ at, numbers }) => (numbers === undefined ? [] : [{ date: at, ...numbers }]));

function toSourceRows(entries: readonly Entry<Numbers>[]): readonly SourceRow[] {
  return entries.map(({ at, numbers, malformed, raw }, index) =>
    numbers === undefined
      ? { rowNumber: index + 1, raw, malformed }
      : { rowNumber: index + 1, raw, bar: { date: at, ...numbers } },
  );
}

/** @throws SourceError `out_of_range`: a day that was not asked for is another question's answer */
function checkRange(entries: readonly Entry<Numbers>[], { from, to }: AskedRange): void {
  const stray = entries.find(({ at }) => at.slice(0, 10) < from || at.slice(0, 10) > to);
  if (stray !== undefined) throw violated('out_of_range', `${stray.at} is not within ${from} to ${to}`);
}

function judged(entries: readonly Entry<Numbers>[], asked: AskedBars): readonly SourceRow[] {
  checkRange(entries, asked);
  checkUnits(barsOf(entries), kindOf(asked.symbol));
  return toSourceRows(entries);
}

/** Eastmoney's daily bars of a stock: `stock_zh_a_hist`. */
export function readStockHistory(body: string, asked: AskedBars): readonly SourceRow[] {
  const rows = readRows(stockHistory, body);
  const other = rows.find(({ row }) => row.股票代码 !== asked.code);
  if (other !== undefined)
    throw violated('wrong_symbol', `asked for ${asked.code}, got ${other.row.股票代码.slice(0, 20)}`);
  return judged(
    rows.map(({ row, raw }) => entryOf(row.日期, fromLots(row), raw)),
    asked,
  );
}

/** Eastmoney's daily bars of an index: `index_zh_a_hist`; they do not say of which. */
export function readIndexHistory(body: string, asked: AskedBars): readonly SourceRow[] {
  return judged(
    readRows(indexHistory, body).map(({ row, raw }) => entryOf(row.日期, fromLots(row), raw)),
    asked,
  );
}

/** Sina's daily bars: `stock_zh_a_daily`, in shares; they do not say of which symbol. */
export function readSinaHistory(body: string, asked: AskedBars): readonly SourceRow[] {
  return judged(
    readRows(stockHistorySina, body).map(({ row, raw }) => entryOf(row.date, row, raw)),
    asked,
  );
}

/**
 * Tencent counts in lots, but for the STAR market. AkShare makes shares of that unless the code begins with sh688 or
 * with one of these, which it takes for indices: so the stocks 000xxx of Shenzhen stay in lots.
 */
const TENCENT_LEFT_IN_LOTS = /^sz000/;

/** Tencent's daily bars: `stock_zh_a_hist_tx`, in shares or in lots; they do not say of which symbol. */
export function readTencentHistory(body: string, asked: AskedBars): readonly SourceRow[] {
  const inLots = TENCENT_LEFT_IN_LOTS.test(prefixedCode(asked.symbol));
  const entries = readRows(stockHistoryTencent, body).map(({ row, raw }) => {
    const { open, high, low, close, amount, volume } = row;
    const shares = volume === null || !inLots ? volume : sharesOfLots(volume);
    return entryOf(row.date, { open, high, low, close, amount, volume: shares }, raw);
  });
  return judged(entries, asked);
}

/** 开盘 of Eastmoney's minutes where it has none. */
const NO_OPEN = 0;

function minuteEntry({ row, raw }: ReadRow<ChineseCells & { readonly 时间: string }>): Entry<Numbers> {
  const cells = fromLots(row);
  return entryOf(row.时间, cells.open === NO_OPEN ? { ...cells, open: null } : cells, raw);
}

/** Eastmoney's one-minute bars: `stock_zh_a_hist_min_em`; they do not say of which symbol. */
export function readMinutes(body: string, asked: AskedRange): readonly MinuteRow[] {
  const entries = readRows(minuteHistory, body).map(minuteEntry);
  checkRange(entries, asked);
  checkUnits(barsOf(entries), 'stock');
  return entries.map(({ at, numbers, malformed, raw }, index) => {
    if (numbers === undefined) return { rowNumber: index + 1, raw, malformed };
    const bar: MinuteBar = { at, ...numbers };
    return { rowNumber: index + 1, raw, bar };
  });
}
