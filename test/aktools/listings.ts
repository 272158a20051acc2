import type { Site } from './sites.ts';

/** The exchanges' own lists of shares; that of Shenzhen is an Excel file, made by `shenzhen_list.py`. */
const SHANGHAI: Readonly<Record<string, number>> = { '1': 600_000, '8': 688_000 };
const EACH = 1_100;
/** Fields of Beijing's list that AkShare finds by their place. */
const BEIJING = { fields: 48, code: 38, name: 40 };

const shanghai: Site = (query) => {
  const first = SHANGHAI[query.get('STOCK_TYPE') ?? ''] ?? 0;
  const rows = Array.from({ length: EACH }, (_, index) => ({
    A_STOCK_CODE: String(first + index),
    SEC_NAME_CN: first + index === 600_000 ? '浦发银行' : `沪股${index}`,
    SEC_NAME_FULL: '-',
    COMPANY_ABBR: '-',
    FULL_NAME: '-',
    LIST_DATE: '19991110',
  }));
  return { result: rows };
};

const beijing: Site = () => {
  const row = (code: string): Record<string, string> =>
    Object.fromEntries(
      Array.from({ length: BEIJING.fields }, (_, place) => {
        const value = place === BEIJING.code ? code : place === BEIJING.name ? '贝特瑞' : '-';
        return [`x${place}`, value];
      }),
    );
  return `null(${JSON.stringify([{ totalPages: 1, content: [row('920185')] }])})`;
};

export const listings: Readonly<Record<string, Site>> = {
  'query.sse.com.cn/sseQuery/commonQuery.do': shanghai,
  'www.bse.cn/nqxxController/nqxxCnzq.do': beijing,
};
export const SHENZHEN_PAGE = 'www.szse.cn/api/report/ShowReport';
