import {
  calendar,
  eastmoneyHistory,
  latinHistory,
  minutes,
  names,
  paidOut,
  quotes,
  type Table,
  tDate,
} from './sample-tables.ts';

export type Query = Readonly<Record<string, string>>;

/** Python's KeyError, which AKTools answers with a 404 of its own. */
export class KeyError extends Error {}

/** A function of AkShare as far as its caller can see it. */
export interface FakeFunction {
  readonly parameters: readonly string[];
  /** Whose limits a call counts against, and how many requests it makes there. */
  readonly host: string;
  readonly requests: number;
  /** undefined stands for Python's None. */
  readonly answer: (query: Query) => Table | undefined;
}

const EASTMONEY = { host: 'eastmoney', requests: 1 };
const SINA = { host: 'sina', requests: 1 };

/** As AkShare maps it: a 6 is Shanghai, everything else Shenzhen. */
const symbolOf = (code = ''): string => `${code}.${code.startsWith('6') ? 'SH' : 'SZ'}`;
const indexOf = (code = ''): string => `${code}.${code.startsWith('399') ? 'SZ' : 'SH'}`;
const ofPrefix = (prefixed = ''): string => `${prefixed.slice(2)}.${prefixed.slice(0, 2).toUpperCase()}`;

function daily(period = 'daily'): void {
  if (!['daily', 'weekly', 'monthly'].includes(period)) throw new KeyError(`'${period}'`);
}

const profile = (code: string): Table => [
  { item: '最新', value: 9.5 },
  { item: '股票代码', value: code },
  { item: '股票简称', value: code === '000001' ? '平安银行' : '浦发银行' },
  { item: '总股本', value: 19405918198.0 },
  { item: '流通股', value: 19405534450.0 },
  { item: '总市值', value: 184356222881.0 },
  { item: '流通市值', value: 184352577275.0 },
  { item: '行业', value: '银行' },
  { item: '上市时间', value: 19910403 },
];

const dividendRows: Table = [
  ['2024-06-06', 0, 0, 7.19, '实施', '2024-06-14', '2024-06-13'],
  ['2024-03-15', 0, 0, 7.19, '预案', null, null],
  ['2013-06-14', 6, 0, 1.7, '实施', '2013-06-20', '2013-06-19'],
].map(([announced, bonus, conversion, cash, progress, ex, record]) => ({
  公告日期: tDate(String(announced)),
  送股: bonus,
  转增: conversion,
  派息: cash,
  进度: progress,
  除权除息日: ex === null ? null : tDate(String(ex)),
  股权登记日: record === null ? null : tDate(String(record)),
  红股上市日: null,
}));

const rightsRows: Table = [
  {
    公告日期: tDate('2000-10-19'),
    配股方案: 3,
    配股价格: 8,
    基准股本: 1551847100,
    除权日: tDate('2000-11-06'),
    股权登记日: tDate('2000-11-03'),
    缴款起始日: tDate('2000-11-06'),
    缴款终止日: tDate('2000-11-17'),
    配股上市日: null,
    募集资金合计: 3149550000,
  },
];

const valuationRow = (date: string, close: number) => ({
  数据日期: tDate(date),
  当日收盘价: close,
  当日涨跌幅: 0.1,
  总市值: close * 19405918198,
  流通市值: close * 19405534450,
  总股本: 19405918198,
  流通股本: 19405534450,
  'PE(TTM)': 4.1,
  'PE(静)': 4.0,
  市净率: 0.45,
  PEG值: null,
  市现率: 1.2,
  市销率: 1.1,
});

const figures: Table = [
  {
    选项: '常用指标',
    指标: '归母净利润',
    '20240630': 25879000000,
    '20240331': 14932000000,
    '19901231': null,
  },
  { 选项: '常用指标', 指标: '净资产收益率(ROE)', '20240630': 5.6, '20240331': 3.3, '19901231': null },
  { 选项: '每股指标', 指标: '基本每股收益', '20240630': 1.23, '20240331': 0.66, '19901231': 0.2 },
  { 选项: '营运能力', 指标: '应收账款周转率', '20240630': null, '20240331': null, '19901231': null },
  { 选项: '财务风险', 指标: '产权比率', '20240630': 10.7, '20240331': 10.8, '19901231': null },
];

const newsRow = (code: string) => ({
  关键词: code,
  新闻标题: `${code} 发布半年报`,
  新闻内容: '上半年净利润 258.79 亿元。',
  发布时间: '2024-08-15 19:40:12',
  文章来源: '证券时报网',
  新闻链接: 'http://finance.eastmoney.com/a/202408153156789012.html',
});

const haltRow = (code: string, until: string | null, term: string) => ({
  序号: 1,
  代码: code,
  名称: '某公司',
  停牌时间: tDate('2024-09-18'),
  停牌截止时间: until === null ? null : tDate(until),
  停牌期限: term,
  停牌原因: '重大事项',
  所属市场: '深交所主板',
  预计复牌时间: null,
});

const RANGE = ['start_date', 'end_date'];
/** The last day of which there are minutes. */
const NEWEST = '2024-09-18';

/** The functions that the adapter uses, fed with the real bars of npm hqchart where there are any. */
export const fakeFunctions: Readonly<Record<string, FakeFunction>> = {
  stock_zh_a_hist: {
    ...EASTMONEY,
    parameters: ['symbol', 'period', ...RANGE, 'adjust'],
    answer: ({ symbol, period, start_date = '19700101', end_date = '20500101' }) => {
      daily(period);
      return eastmoneyHistory(symbolOf(symbol), start_date, end_date);
    },
  },
  stock_zh_a_daily: {
    ...SINA,
    requests: 2,
    parameters: ['symbol', ...RANGE, 'adjust'],
    answer: ({ symbol, start_date = '', end_date = '' }) =>
      latinHistory(ofPrefix(symbol), start_date, end_date, 'sina'),
  },
  stock_zh_a_hist_tx: {
    host: 'tencent',
    requests: 2,
    parameters: ['symbol', ...RANGE, 'adjust'],
    answer: ({ symbol, start_date = '', end_date = '' }) =>
      latinHistory(ofPrefix(symbol), start_date, end_date, 'tencent'),
  },
  index_zh_a_hist: {
    ...EASTMONEY,
    parameters: ['symbol', 'period', ...RANGE],
    answer: ({ symbol, period, start_date = '', end_date = '' }) => {
      daily(period);
      return eastmoneyHistory(indexOf(symbol), start_date, end_date);
    },
  },
  stock_zh_a_hist_min_em: {
    ...EASTMONEY,
    parameters: ['symbol', ...RANGE, 'period', 'adjust'],
    answer: ({ symbol, start_date = '', end_date = '' }) => {
      const from = start_date.slice(0, 10);
      // Of a longer range the newest day that there is.
      return minutes(symbolOf(symbol), from <= NEWEST && NEWEST <= end_date ? NEWEST : from);
    },
  },
  stock_zh_a_spot_em: { host: 'eastmoney', requests: 57, parameters: [], answer: quotes },
  stock_info_a_code_name: { host: 'exchange', requests: 17, parameters: [], answer: names },
  stock_individual_info_em: {
    ...EASTMONEY,
    parameters: ['symbol'],
    answer: ({ symbol = '' }) => profile(symbol),
  },
  tool_trade_date_hist_sina: { ...SINA, parameters: [], answer: calendar },
  stock_history_dividend_detail: {
    ...SINA,
    parameters: ['symbol', 'indicator', 'date'],
    answer: ({ symbol, indicator }) => {
      if (symbol === '600000') return indicator === '分红' ? paidOut('600000.SH') : [];
      return indicator === '分红' ? dividendRows : rightsRows;
    },
  },
  stock_value_em: {
    ...EASTMONEY,
    parameters: ['symbol'],
    answer: () => [valuationRow('2024-09-18', 9.77), valuationRow('2024-09-19', 9.8)],
  },
  stock_financial_abstract: { ...SINA, parameters: ['symbol'], answer: () => figures },
  stock_news_em: { ...EASTMONEY, parameters: ['symbol'], answer: ({ symbol = '' }) => [newsRow(symbol)] },
  stock_tfp_em: {
    ...EASTMONEY,
    parameters: ['date'],
    answer: () => [
      haltRow('000005', '2024-09-24', '停牌5天'),
      haltRow('600001', null, '连续停牌'),
      haltRow('000007', '2024-09-18', '盘中停牌'),
      haltRow('200011', null, '连续停牌'),
    ],
  },
};
