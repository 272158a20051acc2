import { z } from 'zod';
import type { Origin } from '../provider.ts';
import {
  capital,
  civilDate,
  civilTime,
  close,
  number,
  optionalCivilDate,
  optionalText,
  price,
  ratio,
  text,
} from './cells.ts';

export type Parameters = Readonly<Record<string, string>>;

/** One function of AkShare that may be called, and all that is agreed on it. */
export interface UpstreamFunction<Row = unknown> {
  readonly name: string;
  readonly origin: Origin;
  /** Whose budget a call uses. */
  readonly host: string;
  /** Requests to that host that one call makes. */
  readonly cost: number | ((parameters: Parameters) => number);
  readonly deadlineMs: number;
  readonly maxBytes: number;
  /** All that may be sent, with what each value must look like. */
  readonly parameters: Readonly<Record<string, RegExp>>;
  /** Of a function about one symbol: a question that it can answer unless it is broken. */
  readonly reference?: Parameters;
  /** Columns by name; others are ignored. Numbers are null where the upstream has none. */
  readonly row: z.ZodType<Row>;
}

const MB = 1024 * 1024;
const CODE = /^\d{6}$/;
const PREFIXED = /^(sh|sz|bj)\d{6}$/;
const DAY = /^(19|20)\d{6}$/;
const MINUTE = /^(19|20)\d{2}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
const DAILY = /^daily$/;

/** Most functions make one request and answer within seconds; the upstream sets no time-out of its own. */
const ORDINARY = { cost: 1, deadlineMs: 30_000, maxBytes: 16 * MB };
const EASTMONEY = { origin: 'eastmoney', host: 'eastmoney', ...ORDINARY } as const;
const SINA = { origin: 'sina', host: 'sina', ...ORDINARY } as const;

/** 平安银行, listed since 1991, has everything; one week of it is as long ago as it will ever be. */
const WEEK = { start_date: '20240122', end_date: '20240126' };
const REFERENCE = { symbol: '000001' };
const REFERENCE_PREFIXED = { symbol: 'sz000001', ...WEEK };

const define = <Row>(definition: UpstreamFunction<Row>): UpstreamFunction<Row> => definition;

const prices = { 开盘: price, 收盘: price, 最高: price, 最低: price, 成交量: number, 成交额: number };
const latin = { date: civilDate, open: price, close: price, high: price, low: price, amount: number };

/** Daily bars, unadjusted. Volume in lots of 100 shares, amount in yuan. */
export const stockHistory = define({
  ...EASTMONEY,
  name: 'stock_zh_a_hist',
  reference: { ...REFERENCE, period: 'daily', ...WEEK },
  parameters: { symbol: CODE, period: DAILY, start_date: DAY, end_date: DAY },
  row: z.object({ 日期: civilDate, 股票代码: text, ...prices }),
});

/** Volume in shares. It asks for the history and for the share capital, and loads all of both. */
export const stockHistorySina = define({
  ...SINA,
  name: 'stock_zh_a_daily',
  reference: REFERENCE_PREFIXED,
  cost: 2,
  deadlineMs: 60_000,
  parameters: { symbol: PREFIXED, start_date: DAY, end_date: DAY },
  row: z.object({ ...latin, volume: number }),
});

const FIRST_YEAR = 1990;

/**
 * Volume in shares or in lots, by the board of the code; see `readTencentHistory`. One request per year, and one for
 * the first year.
 */
export const stockHistoryTencent = define({
  origin: 'tencent',
  host: 'tencent',
  name: 'stock_zh_a_hist_tx',
  reference: REFERENCE_PREFIXED,
  cost: ({ start_date = '', end_date = '' }) =>
    2 + Number(end_date.slice(0, 4)) - Math.max(FIRST_YEAR, Number(start_date.slice(0, 4))),
  deadlineMs: 90_000,
  maxBytes: 16 * MB,
  parameters: { symbol: PREFIXED, start_date: DAY, end_date: DAY },
  row: z.object({ ...latin, volume: number }),
});

/** Volume in lots. The first call of a process loads the map of all indices, page after page. */
export const indexHistory = define({
  ...EASTMONEY,
  name: 'index_zh_a_hist',
  // The six digits of the Shanghai Composite, here.
  reference: { ...REFERENCE, period: 'daily', ...WEEK },
  cost: 2,
  deadlineMs: 120_000,
  parameters: { symbol: CODE, period: DAILY, start_date: DAY, end_date: DAY },
  row: z.object({ 日期: civilDate, ...prices }),
});

/** One-minute bars of the last days; volume in lots, 开盘 is 0 except on the latest day. */
export const minuteHistory = define({
  ...EASTMONEY,
  name: 'stock_zh_a_hist_min_em',
  reference: {
    ...REFERENCE,
    period: '1',
    start_date: '1990-12-19 09:30:00',
    end_date: '2099-12-31 15:00:00',
  },
  parameters: { symbol: CODE, period: /^1$/, start_date: MINUTE, end_date: MINUTE },
  row: z.object({ 时间: civilTime, ...prices }),
});

/** The whole market in pages of 100, with a pause of about a second before each. Volume in lots, rates in percent. */
export const marketQuotes = define({
  ...EASTMONEY,
  name: 'stock_zh_a_spot_em',
  cost: 57,
  deadlineMs: 180_000,
  maxBytes: 64 * MB,
  parameters: {},
  row: z.object({
    代码: text,
    名称: text,
    最新价: price,
    今开: price,
    最高: price,
    最低: price,
    昨收: price,
    成交量: number,
    成交额: number,
    量比: number,
    换手率: number,
    '市盈率-动态': number,
    市净率: number,
    总市值: number,
    流通市值: number,
  }),
});

/** Code and name of all A shares; asks three exchanges, and remembers for the life of the AKTools process. */
export const stockNames = define({
  origin: 'exchange',
  host: 'exchange',
  name: 'stock_info_a_code_name',
  cost: 20,
  deadlineMs: 120_000,
  maxBytes: 16 * MB,
  parameters: {},
  row: z.object({ code: text, name: text }),
});

/** One fact per row, of mixed type. Shares in shares, 上市时间 as a number YYYYMMDD. */
export const companyProfile = define({
  ...EASTMONEY,
  name: 'stock_individual_info_em',
  reference: REFERENCE,
  parameters: { symbol: CODE },
  row: z.object({ item: text, value: z.union([text, z.number(), z.null()]) }),
});

export const tradingDays = define({
  ...SINA,
  name: 'tool_trade_date_hist_sina',
  parameters: {},
  row: z.object({ trade_date: civilDate }),
});

/** 分红: per ten shares, cash in yuan before tax; only rows whose 进度 is 实施 have happened. */
export const dividends = define({
  ...SINA,
  name: 'stock_history_dividend_detail',
  reference: { ...REFERENCE, indicator: '分红' },
  parameters: { symbol: CODE, indicator: /^分红$/ },
  row: z.object({
    公告日期: optionalCivilDate,
    送股: number,
    转增: number,
    派息: number,
    进度: optionalText,
    除权除息日: optionalCivilDate,
    股权登记日: optionalCivilDate,
  }),
});

/** 配股: shares per ten shares, and the price in yuan. */
export const rightsIssues = define({
  ...SINA,
  name: 'stock_history_dividend_detail',
  reference: { ...REFERENCE, indicator: '配股' },
  parameters: { symbol: CODE, indicator: /^配股$/ },
  row: z.object({
    公告日期: optionalCivilDate,
    配股方案: number,
    配股价格: number,
    除权日: optionalCivilDate,
    股权登记日: optionalCivilDate,
  }),
});

/** Daily valuations; capital in yuan, shares in shares, ratios as plain numbers. */
export const valuationHistory = define({
  ...EASTMONEY,
  name: 'stock_value_em',
  reference: REFERENCE,
  parameters: { symbol: CODE },
  row: z.object({
    数据日期: civilDate,
    当日收盘价: close,
    总市值: capital,
    流通市值: capital,
    总股本: capital,
    流通股本: capital,
    'PE(TTM)': ratio,
    'PE(静)': ratio,
    市净率: ratio,
    PEG值: ratio,
    市现率: ratio,
    市销率: ratio,
  }),
});

/** One figure per row and one column per report date YYYYMMDD. */
export const reportFigures = define({
  ...SINA,
  name: 'stock_financial_abstract',
  reference: REFERENCE,
  deadlineMs: 60_000,
  parameters: { symbol: CODE },
  row: z.object({ 选项: text, 指标: text }).catchall(z.unknown()),
});

/** Ten hits of a search for the code; the content is a snippet. */
export const newsSearch = define({
  ...EASTMONEY,
  name: 'stock_news_em',
  reference: REFERENCE,
  parameters: { symbol: CODE },
  row: z.object({
    新闻标题: text,
    新闻内容: optionalText,
    发布时间: civilTime,
    文章来源: optionalText,
    新闻链接: text,
  }),
});

export const suspensions = define({
  ...EASTMONEY,
  name: 'stock_tfp_em',
  parameters: { date: DAY },
  row: z.object({
    代码: text,
    停牌时间: optionalCivilDate,
    停牌截止时间: optionalCivilDate,
    停牌期限: optionalText,
    停牌原因: optionalText,
  }),
});

/** Everything that may be called. AKTools runs what a query says as Python, so nothing else is ever sent. */
export const FUNCTIONS: readonly UpstreamFunction[] = [
  stockHistory,
  stockHistorySina,
  stockHistoryTencent,
  indexHistory,
  minuteHistory,
  marketQuotes,
  stockNames,
  companyProfile,
  tradingDays,
  dividends,
  rightsIssues,
  valuationHistory,
  reportFigures,
  newsSearch,
  suspensions,
];
