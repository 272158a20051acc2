import { createServer, type Server, type ServerResponse } from 'node:http';
import { close, listen } from '../support/listen.ts';

/** What the quote sites say in their own formats, as far as AkShare 1.19.5 reads it; the numbers are real where noted. */
export type Site = (query: URLSearchParams) => unknown;

/** 000001.SZ of 2024-01-25 as Eastmoney has it; the second day is made up. */
const KLINES = [
  '2024-01-25,9.33,9.50,9.54,9.27,2162514,2037648413.07,2.89,1.82,0.17,1.11',
  '2024-01-26,9.50,9.61,9.66,9.48,1500000,1437000000.00,1.89,1.16,0.11,0.77',
];
const INDEX_KLINES = [
  '2024-01-25,2820.77,2906.11,2909.38,2820.11,383521000,410000000000.00,3.2,3.03,85.34,0.9',
];

const TRENDS = [
  '2024-09-17 15:00,0.00,9.70,9.71,9.69,1000,970000.00,9.70',
  '2024-09-18 09:31,9.77,9.78,9.79,9.76,12967,12681726.00,9.78',
];

/** Fields of the list of quotes in the order in which the site answers. */
const QUOTE_FIELDS = [
  ...Array.from({ length: 18 }, (_, index) => `f${index + 1}`),
  ...['f20', 'f21', 'f22', 'f23', 'f24', 'f25', 'f62', 'f115', 'f128', 'f136', 'f140', 'f141', 'f152'],
];

function quote(code: string): Record<string, unknown> {
  const values: Record<string, unknown> = {
    f2: 11.23,
    f3: 0.9,
    f5: 845350,
    f6: 946760250.6,
    f8: 0.44,
    f9: 4.1,
    f10: 0.8,
    f12: code,
    f14: code === '000002' ? '万  科Ａ' : `股票${code}`,
    f15: 11.33,
    f16: 11.08,
    f17: 11.1,
    f18: 11.13,
    f20: 217928461563,
    f21: 217924139147,
    f23: 0.56,
  };
  return Object.fromEntries(QUOTE_FIELDS.map((field) => [field, values[field] ?? '-']));
}

const stocks = Array.from({ length: 3_200 }, (_, index) => String(600_000 + index));

const quotes: Site = (query) =>
  // Both lists come from the same path; the one of indices asks for three fields only.
  query.get('fields') === 'f3,f12,f13'
    ? {
        data: {
          total: 2,
          diff: [
            { f3: 1, f12: '000001', f13: 1 },
            { f3: 1, f12: '399001', f13: 0 },
          ],
        },
      }
    : { data: { total: stocks.length, diff: stocks.map(quote) } };

const history: Site = (query) => {
  const [market, code] = (query.get('secid') ?? '').split('.');
  if (code === '999999') return { rc: 0, data: null };
  if (code === '888888') return { rc: 102 };
  const isIndex = market === '1' && code === '000001';
  return { rc: 0, data: { code, klines: isIndex ? INDEX_KLINES : KLINES } };
};

const REPORTS: Readonly<Record<string, readonly unknown[]>> = {
  RPT_VALUEANALYSIS_DET: [
    {
      SECURITY_CODE: '000001',
      TRADE_DATE: '2024-09-18 00:00:00',
      CLOSE_PRICE: 9.77,
      CHANGE_RATE: 0.3,
      TOTAL_MARKET_CAP: 189595820794,
      NOTLIMITED_MARKETCAP_A: 189592072706,
      TOTAL_SHARES: 19405918198,
      FREE_SHARES_A: 19405534450,
      PE_TTM: 4.16,
      PE_LAR: 4.08,
      PB_MRQ: 0.45,
      PEG_CAR: null,
      PCF_OCF_TTM: 1.2,
      PS_TTM: 1.18,
    },
  ],
  RPT_CUSTOM_SUSPEND_DATA_INTERFACE: [
    {
      SECURITY_CODE: '000005',
      SECURITY_NAME_ABBR: '某公司',
      SUSPEND_START_TIME: '2024-09-18 09:30:00',
      SUSPEND_END_TIME: null,
      SUSPEND_EXPIRE: '连续停牌',
      SUSPEND_REASON: '重大事项',
      TRADE_MARKET: '深交所主板',
      SUSPEND_START_DATE: '2024-09-18 00:00:00',
      PREDICT_RESUME_DATE: null,
      TRADE_MARKET_CODE: '1',
      SECURITY_TYPE_CODE: '2',
      SECURITY_INNER_CODE: '3',
    },
  ],
};

const profile: Site = () => ({
  ...{ rc: 0, rt: 4, svr: 1, lt: 1, full: 1, dlmkts: '' },
  data: {
    ...{ f43: 9.77, f57: '000001', f58: '平安银行', f84: 19405918198, f85: 19405534450 },
    ...{ f116: 189595820794, f117: 189592072706, f127: '银行', f189: 19910403 },
  },
});

const news: Site = () => {
  const article = {
    date: '2024-08-15 19:40:12',
    image: '',
    title: '<em>平安银行</em>半年报',
    content: '净利润…',
  };
  const body = {
    result: { cmsArticleWebOld: [{ ...article, mediaName: '证券时报网', code: '2024081531' }] },
  };
  return `jQuery35101792940631092459_1764599530165(${JSON.stringify(body)})`;
};

const GROUPS = ['常用指标', '每股指标', '盈利能力', '成长能力', '收益质量', '财务风险', '营运能力'];
const reportFigures: Site = () => {
  const data = (value: number) =>
    // The last row of each group but the last is the title of the next.
    GROUPS.flatMap((group) =>
      [group, `${group}甲`, `${group}乙`].map((title) => ({ item_title: title, item_value: String(value) })),
    );
  const report_list = { '20240630': { data: data(2.5) }, '20240331': { data: data(1.5) } };
  return { result: { data: { report_list } } };
};

const tencentHistory: Site = (query) => {
  const [symbol = ''] = (query.get('param') ?? '').split(',');
  const day = ['2024-01-25', '9.330', '9.500', '9.540', '9.270', '2162514.000', {}, '1.11', '203764.84', ''];
  const series = symbol === 'sz000001' ? { day: [day] } : {};
  return `kline_day2024=${JSON.stringify({ code: 0, data: { [symbol]: series } })}`;
};

const cells = (tag: string, values: readonly string[]): string =>
  `<tr>${values.map((value) => `<${tag}>${value}</${tag}>`).join('')}</tr>`;
/** Twelve tables of the page's frame, then 分红 with three rows of titles, then 配股 with two. */
const shareBonusPage: Site = () => {
  const table = (titles: number, columns: number, row: readonly string[]): string => {
    const title = cells(
      'th',
      Array.from({ length: columns }, (_, index) => `c${index}`),
    );
    return `<table><thead>${title.repeat(titles)}</thead><tbody>${cells('td', row)}</tbody></table>`;
  };
  const frame = Array.from({ length: 12 }, () => table(1, 1, ['-'])).join('');
  const dividend = ['2024-06-06', '0', '0', '7.19', '实施', '2024-06-14', '2024-06-13', '--', '查看'];
  const dates = ['2000-11-06', '2000-11-03', '2000-11-06', '2000-11-17', '--'];
  const rights = ['2000-10-19', '3', '8', '1551847100', ...dates, '3149550000', '查看'];
  return `<html><body>${frame}${table(3, 9, dividend)}${table(2, 11, rights)}</body></html>`;
};

const SITES: Readonly<Record<string, Site>> = {
  'push2his.eastmoney.com/api/qt/stock/kline/get': history,
  'push2his.eastmoney.com/api/qt/stock/trends2/get': () => ({ data: { trends: TRENDS } }),
  '82.push2.eastmoney.com/api/qt/clist/get': quotes,
  '80.push2.eastmoney.com/api/qt/clist/get': quotes,
  'push2.eastmoney.com/api/qt/stock/get': profile,
  'datacenter-web.eastmoney.com/api/data/v1/get': (query) => ({
    result: { pages: 1, data: REPORTS[query.get('reportName') ?? ''] },
  }),
  'search-api-web.eastmoney.com/search/jsonp': news,
  'quotes.sina.cn/cn/api/openapi.php/CompanyFinanceService.getFinanceReport2022': reportFigures,
  'vip.stock.finance.sina.com.cn/corp/go.php/vISSUE_ShareBonus/stockid/000001.phtml': shareBonusPage,
  'web.ifzq.gtimg.cn/other/klineweb/klineWeb/weekTrends': () =>
    'trend_qfq={"code":0,"data":[["2024-01-02",1]]}',
  'proxy.finance.qq.com/ifzqgtimg/appstock/app/newfqkline/get': tencentHistory,
};

/** Stands in for the quote sites. Requests to what it does not know get their connection closed, as a ban does. */
export class Sites {
  readonly asked: string[] = [];
  /** Pages that are not always there, by host and path. */
  readonly more = new Map<string, Site>();
  /** Hosts that close every connection. */
  readonly closed = new Set<string>();
  url = '';
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request.url ?? '/', response));
  }

  static async start(): Promise<Sites> {
    const sites = new Sites();
    sites.url = `http://127.0.0.1:${await listen(sites.#server)}`;
    return sites;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return close(this.#server);
  }

  #answer(path: string, response: ServerResponse): void {
    const url = new URL(path, 'http://sites');
    const page = url.pathname.slice(1);
    this.asked.push(page);
    const site = this.more.get(page) ?? (Object.hasOwn(SITES, page) ? SITES[page] : undefined);
    if (site === undefined || this.closed.has(page.split('/')[0] ?? '')) {
      response.destroy();
      return;
    }
    const body = site(url.searchParams);
    response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  }
}
