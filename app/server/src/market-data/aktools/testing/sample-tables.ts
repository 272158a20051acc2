import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { locateSampleData } from '../../sample/sample-files.ts';
import { exchangeOf } from '../../../common/market/symbol.ts';
import { TradingCalendar } from '../../calendar/trading-calendar.ts';
import { SAMPLE_ACTIONS } from '../../sample/corporate-actions.ts';

/** A table as pandas writes it: records with the columns of AkShare. */
export type Table = readonly Readonly<Record<string, unknown>>[];

/** `[YYYYMMDD, previous close, open, high, low, close, volume in shares (index: lots), amount in yuan]` of npm hqchart. */
export type SampleBar = readonly [number, number, number, number, number, number, number, number];

const folder = locateSampleData(undefined);
const cents = (value: number): number => Math.round(value * 100) / 100;
const dashed = (day: number): string => String(day).replace(/(....)(..)(..)/, '$1-$2-$3');
/** A Python date after pandas' to_json. */
export const tDate = (date: string): string => `${date}T00:00:00.000`;

function readJson(path: string): unknown {
  const text = readFileSync(join(folder, path), 'utf8');
  return JSON.parse(
    text.slice(text.search(/[[{]/), Math.max(text.lastIndexOf(']'), text.lastIndexOf('}')) + 1),
  );
}

const cache = new Map<string, readonly SampleBar[]>();

/** Real daily bars; none for a symbol that the package lacks. */
export function sampleBars(symbol: string): readonly SampleBar[] {
  const known = cache.get(symbol);
  if (known !== undefined) return known;
  let bars: readonly SampleBar[] = [];
  try {
    bars = (readJson(`DayKLine/${symbol.toLowerCase()}.day.kline.json`) as { data: SampleBar[] }).data;
  } catch {
    // No such file: a symbol without bars.
  }
  cache.set(symbol, bars);
  return bars;
}

const within = (from: string, to: string) => (day: number) => String(day) >= from && String(day) <= to;
const isIndex = (symbol: string): boolean => /^(000\d{3}\.SH|399\d{3}\.SZ)$/.test(symbol);
const lots = (bar: SampleBar, symbol: string): number =>
  isIndex(symbol) ? Math.round(bar[6]) : Math.round(bar[6] / 100);

/** Of bars between two days YYYYMMDD, as `stock_zh_a_hist` and, with plain dates, `index_zh_a_hist` write them. */
export function eastmoneyHistory(symbol: string, from: string, to: string): Table {
  return sampleBars(symbol)
    .filter(([day]) => within(from, to)(day))
    .map((bar) => {
      const [day, previous, open, high, low, close, , amount] = bar;
      const date = dashed(day);
      const whose = isIndex(symbol) ? { 日期: date } : { 日期: tDate(date), 股票代码: symbol.slice(0, 6) };
      return Object.assign(whose, {
        开盘: cents(open),
        收盘: cents(close),
        最高: cents(high),
        最低: cents(low),
        成交量: lots(bar, symbol),
        成交额: cents(amount),
        振幅: cents(((high - low) / previous) * 100),
        涨跌幅: cents(((close - previous) / previous) * 100),
        涨跌额: cents(close - previous),
        换手率: 0.5,
      });
    });
}

/** As `stock_zh_a_daily` of Sina (volume in shares) and `stock_zh_a_hist_tx` of Tencent (as AkShare leaves it) write them. */
export function latinHistory(symbol: string, from: string, to: string, upstream: 'sina' | 'tencent'): Table {
  // AkShare multiplies by 100 unless the code begins with one of these.
  const leftInLots = /^(sh688|sz399|sh000|sz000)/.test(exchangeOf(symbol).toLowerCase() + symbol.slice(0, 6));
  return sampleBars(symbol)
    .filter(([day]) => within(from, to)(day))
    .map((bar) => {
      const [day, , open, high, low, close, volume, amount] = bar;
      const date = tDate(dashed(day));
      const prices = { date, open: cents(open), close: cents(close), high: cents(high), low: cents(low) };
      if (upstream === 'sina')
        return Object.assign(prices, { volume, amount, outstanding_share: 1e10, turnover: volume / 1e10 });
      const traded = lots(bar, symbol) * (leftInLots ? 1 : 100);
      // Tencent counts amounts in ten thousands of yuan with two decimals.
      return Object.assign(prices, {
        volume: traded,
        turnover: 0.005,
        amount: Math.round(amount / 100) * 100,
      });
    });
}

/** One-minute bars of a day YYYY-MM-DD, as `stock_zh_a_hist_min_em` with period 1 writes them. */
export function minutes(symbol: string, date: string): Table {
  const { data } = readJson(`M1KLine/${symbol.toLowerCase()}.minute.kline.json`) as { data: number[][] };
  return data
    .filter(([day]) => dashed(day ?? 0) === date)
    .map(([, , open = 0, high = 0, low = 0, close = 0, volume = 0, amount = 0, time = 0]) => ({
      时间: `${date} ${String(time)
        .padStart(4, '0')
        .replace(/(..)(..)/, '$1:$2')}:00`,
      开盘: cents(open),
      收盘: cents(close),
      最高: cents(high),
      最低: cents(low),
      成交量: Math.round(volume / 100),
      成交额: cents(amount),
      均价: cents(close),
    }));
}

interface MarketDay {
  readonly symbol: readonly string[];
  readonly name: readonly string[];
  readonly [column: string]: readonly (string | number)[];
}

let marketDay: MarketDay | undefined;

/** All stocks of 2023-08-25 as `stock_zh_a_spot_em` writes them; one without trades has null prices. */
export function quotes(): Table {
  marketDay ??= readJson('shsz_stock_data.js') as MarketDay;
  const day = marketDay;
  const cell = (column: string, row: number): number => Number(day[column]?.[row] ?? 0);
  const rows = [...day.symbol.keys()].filter((row) => !isIndex((day.symbol[row] ?? '').toUpperCase()));
  return rows.map((row) => {
    const traded = cell('vol', row) > 0;
    const price = (column: string): number | null => (traded ? cents(cell(column, row)) : null);
    return {
      序号: row + 1,
      代码: day.symbol[row]?.slice(0, 6),
      名称: day.name[row],
      最新价: price('close'),
      涨跌幅: null,
      涨跌额: null,
      成交量: traded ? Math.round(cell('vol', row) / 100) : null,
      成交额: traded ? cents(cell('amount', row)) : null,
      振幅: null,
      最高: price('high'),
      最低: price('low'),
      今开: price('open'),
      昨收: cents(cell('yclose', row)),
      量比: null,
      换手率: null,
      '市盈率-动态': 5.5,
      市净率: 0.6,
      总市值: 1e11,
      流通市值: 1e11,
      涨速: 0,
      '5分钟涨跌': 0,
      '60日涨跌幅': 0,
      年初至今涨跌幅: 0,
    };
  });
}

/** As `stock_info_a_code_name` writes it, with the full-width letters and spaces of the exchanges. */
export function names(): Table {
  return quotes().map(({ 代码: code, 名称: name }) => ({
    code,
    name: code === '000002' ? '万  科Ａ' : name,
  }));
}

/** Equal to that of AkShare 1.19.5, which `hack/calendar/compare.py` compares the notices with. */
export function calendar(): Table {
  const announced = TradingCalendar.announced('SH');
  const days = announced.tradingDaysBetween(announced.knownFrom, announced.knownUntil) ?? [];
  return days.map((day) => ({ trade_date: tDate(day) }));
}

/** What the company has paid, as Sina lists it: newest first, per ten shares. Rights issues are in another list. */
export function paidOut(symbol: string): Table {
  const actions = SAMPLE_ACTIONS.get(symbol)?.actions.filter(({ adjustsPrice }) => adjustsPrice) ?? [];
  const perTen = (value: number): number => Math.round(value * 1e9) / 1e8;
  return actions.toReversed().map((action) => ({
    公告日期: tDate(action.announcedOn ?? action.exDate),
    送股: perTen(action.bonusPerShare),
    转增: perTen(action.conversionPerShare),
    派息: perTen(action.cashPerShare),
    进度: '实施',
    除权除息日: tDate(action.exDate),
    股权登记日: action.recordDate === undefined ? null : tDate(action.recordDate),
    红股上市日: null,
  }));
}
