import { civilDateOfNumber } from '../../common/market/civil-date.ts';
import { normaliseName } from '../../common/market/pinyin-initials.ts';
import type { Fundamental, NewsItem, SymbolProfile, Valuation } from '../provider.ts';
import type { AskedRange } from './bars.ts';
import { instantOf, known, number } from './cells.ts';
import { companyProfile, newsSearch, reportFigures, valuationHistory } from './functions.ts';
import { readRows, violated } from './rows.ts';
import { checkUnits } from './units.ts';

/** Capital is a whole number of shares; a part of one is the upstream's arithmetic. */
const wholeShares = (value: number | null): number | undefined =>
  value === null ? undefined : Math.round(value);

/**
 * @returns undefined when the upstream says nothing of the company
 * @throws SourceError `wrong_symbol` when it is another company's
 */
export function readProfile(body: string, code: string): SymbolProfile | undefined {
  const facts = new Map(readRows(companyProfile, body).map(({ row }) => [row.item, row.value]));
  if (facts.size === 0) return undefined;
  const text = (item: string): string | undefined => {
    const value = facts.get(item);
    return typeof value === 'string' && value !== '' && value !== '-' ? value : undefined;
  };
  const shares = (item: string): number | undefined => {
    const value = facts.get(item);
    return typeof value === 'number' && value > 0 && Number.isSafeInteger(Math.round(value))
      ? Math.round(value)
      : undefined;
  };
  const answered = text('股票代码');
  if (answered === undefined) throw violated('missing_column', `${companyProfile.name} has no 股票代码`);
  if (answered !== code) throw violated('wrong_symbol', `asked for ${code}, got ${answered.slice(0, 20)}`);
  const name = text('股票简称');
  return {
    name: name === undefined ? undefined : normaliseName(name),
    industry: text('行业'),
    listedOn: civilDateOfNumber(Number(facts.get('上市时间'))),
    totalShares: shares('总股本'),
    floatShares: shares('流通股'),
  };
}

/** Capital is price by shares, in yuan and shares or the whole answer is in other units. */
function checkCapital(valuations: readonly Valuation[]): void {
  const asBars = (of: (valuation: Valuation) => readonly [number | undefined, number | undefined]) =>
    valuations.flatMap((valuation) => {
      const { date, close } = valuation;
      const [amount, volume] = of(valuation);
      if (close === undefined || amount === undefined || volume === undefined) return [];
      return [{ date, open: close, high: close, low: close, close, volume, amount }];
    });
  checkUnits(
    asBars(({ marketCap, totalShares }) => [marketCap, totalShares]),
    'stock',
  );
  checkUnits(
    asBars(({ floatCap, floatShares }) => [floatCap, floatShares]),
    'stock',
  );
}

/** @throws SourceError also for days that cannot have one yet, and for other units */
export function readValuations(body: string, asked: AskedRange): readonly Valuation[] {
  const valuations = valuationsOf(body);
  const stray = valuations.find(({ date }) => date < asked.from || date > asked.to);
  if (stray !== undefined)
    throw violated('out_of_range', `${stray.date} is not within ${asked.from} to ${asked.to}`);
  checkCapital(valuations);
  return valuations;
}

function valuationsOf(body: string): readonly Valuation[] {
  return readRows(valuationHistory, body).map(({ row }) => ({
    date: row.数据日期,
    close: known(row.当日收盘价),
    peTTM: known(row['PE(TTM)']),
    peStatic: known(row['PE(静)']),
    pb: known(row.市净率),
    ps: known(row.市销率),
    pcf: known(row.市现率),
    peg: known(row.PEG值),
    marketCap: known(row.总市值),
    floatCap: known(row.流通市值),
    totalShares: wholeShares(row.总股本),
    floatShares: wholeShares(row.流通股本),
  }));
}

/**
 * The upstream gives no units; these follow from what its figures are, in this order. What is a rate here and a multiple
 * there (产权比率, 经营活动净现金/…) stays 未知.
 */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/产权比率|\/(销售|营业|归)/, '未知'],
  [/流动比率|速动比率|现金比率|权益乘数/, '倍'],
  [/周转率|次数/, '次'],
  [/天数/, '天'],
  [/每股/, '元/股'],
  [/率|ROE|ROA|占比|增长|负债\/|税项\//, '%'],
  [/利润|收入|成本|费用|权益|净资产|商誉|现金流|净额|资产|负债/, '元'],
];

function unitOf(item: string): string {
  return UNITS.find(([pattern]) => pattern.test(item))?.[1] ?? '未知';
}

const REPORT_DATE = /^\d{8}$/;

/** One entry per figure and report date; figures that the upstream has not are left out. */
export function readFundamentals(body: string): readonly Fundamental[] {
  return readRows(reportFigures, body).flatMap(({ row: { 选项: category, 指标: item, ...columns } }) =>
    Object.entries(columns).flatMap(([column, value]): Fundamental[] => {
      const reportDate = REPORT_DATE.test(column) ? civilDateOfNumber(Number(column)) : undefined;
      if (reportDate === undefined) throw violated('bad_date', `${column.slice(0, 20)} is no report date`);
      if (value === null) return [];
      const figure = number.safeParse(value).data ?? undefined;
      if (figure === undefined) throw violated('wrong_type', `${item} of ${reportDate} is no number`);
      return [{ reportDate, category, item, value: figure, unit: unitOf(item) }];
    }),
  );
}

const WEB_ADDRESS = /^https?:\/\/[^\s"'<>]{1,500}$/;

export function readNews(body: string): readonly NewsItem[] {
  return readRows(newsSearch, body).map(({ row }) => {
    if (!WEB_ADDRESS.test(row.新闻链接))
      throw violated('wrong_type', `${row.新闻链接.slice(0, 40)} is no web address`);
    return {
      url: row.新闻链接,
      title: row.新闻标题.trim(),
      excerpt: (row.新闻内容 ?? '').trim(),
      publisher: known(row.文章来源),
      publishedAt: instantOf(row.发布时间),
    };
  });
}
