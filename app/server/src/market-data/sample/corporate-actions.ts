import type { ActionHistory } from '../adjustment/factors.ts';
import type { CorporateAction } from '../provider.ts';

/**
 * Corporate actions of the two shares of the sample whose prices can be adjusted. Each row says from which announcement
 * it is and what it was compared with; a row with fewer than two comparisons is less certain. None of it was read from
 * prices. How the comparisons were made, and share issues that changed no price: docs/market-data.md.
 */
export interface CitedAction extends CorporateAction {
  readonly citation: string;
  readonly comparedWith: readonly Evidence[];
}

export type Evidence = keyof typeof EVIDENCE;

export const EVIDENCE = {
  sina: 'cumulative factor of Sina (company/sh600000/hfq.js) on 2026-07-16, 17.3916341988312: product over all rows, to 13 digits',
  baostock:
    'cumulative factors in the documentation of BaoStock (query_adjust_factor, sh.600000), to 6 digits',
  list: 'record date in the list of dividends of github.com/hrb133yqq/smart-investor, investor_data.js of November 2018',
  capital: 'share capital before and after, in the history of shares of npm hqchart (60000.sh.finance_7.js)',
  convertible:
    'conversion price of 浦发转债 (110059): 15.05 at issue, 13.24 before and 12.92 after 2024-07-18',
  document: 'the text of the annual report or of the announcement',
  offset:
    'offset of the forward-adjusted series of Eastmoney in March 2017, 1.35: sum of all cash from 2017 to 2023',
  open: 'opening price of the ex-date within 4 % of the reference, which is 6 to 40 % below the close before',
} as const;

/** Fiscal year, ex-date, record date, terms per share, what they were compared with. */
type Row = readonly [
  fiscalYear: number,
  exDate: string,
  recordDate: string,
  terms: { readonly cash: number; readonly bonus?: number; readonly conversion?: number },
  comparedWith: readonly Evidence[],
];

function distributions(issuer: string, rows: readonly Row[]): readonly CitedAction[] {
  return rows.map(([fiscalYear, exDate, recordDate, terms, comparedWith]) => ({
    exDate,
    recordDate,
    cashPerShare: terms.cash,
    bonusPerShare: terms.bonus ?? 0,
    conversionPerShare: terms.conversion ?? 0,
    rightsPerShare: 0,
    adjustsPrice: true,
    citation: `${issuer}股份有限公司${fiscalYear}年度利润分配实施公告`,
    comparedWith,
  }));
}

/**
 * Non-tradable shares became tradable and paid 3 for 10 to the holders of tradable ones. Nobody's share lost value by
 * law, so the exchange computed no reference price and set no limit for the day on which trading resumed.
 */
const SHARE_REFORM: CitedAction = {
  exDate: '2006-05-12',
  recordDate: '2006-05-10',
  announcedOn: '2006-05-09',
  cashPerShare: 0,
  bonusPerShare: 0,
  conversionPerShare: 0,
  rightsPerShare: 0,
  adjustsPrice: false,
  note: '股权分置改革: 3 shares for 10 tradable ones from the holders of non-tradable shares',
  citation: '上海浦东发展银行股份有限公司关于股权分置改革方案实施公告, 临2006-026, 上海证券报 2006-05-09',
  comparedWith: ['document', 'sina', 'capital'],
};

/** From the listing on 1999-11-10. Fiscal 2000 was not distributed. */
const PUDONG = distributions('上海浦东发展银行', [
  [1999, '2000-07-06', '2000-07-05', { cash: 0.15 }, ['sina', 'baostock', 'list']],
  [2001, '2002-08-22', '2002-08-21', { cash: 0.2, conversion: 0.5 }, ['sina', 'baostock', 'list']],
  [2002, '2003-06-23', '2003-06-20', { cash: 0.1 }, ['sina', 'baostock']],
  [2003, '2004-05-20', '2004-05-19', { cash: 0.11 }, ['sina', 'baostock', 'list']],
  [2004, '2005-05-12', '2005-05-11', { cash: 0.12 }, ['sina', 'baostock', 'list']],
  [2005, '2006-05-25', '2006-05-24', { cash: 0.13 }, ['sina', 'baostock', 'list']],
  [2006, '2007-07-18', '2007-07-17', { cash: 0.15 }, ['sina', 'baostock', 'list']],
  [2007, '2008-04-24', '2008-04-23', { cash: 0.16, bonus: 0.3 }, ['sina', 'baostock', 'list', 'capital']],
  [2008, '2009-06-09', '2009-06-08', { cash: 0.23, bonus: 0.4 }, ['sina', 'baostock', 'list', 'capital']],
  [2009, '2010-06-10', '2010-06-09', { cash: 0.15, bonus: 0.3 }, ['sina', 'baostock', 'list', 'capital']],
  [2010, '2011-06-03', '2011-06-02', { cash: 0.16, bonus: 0.3 }, ['sina', 'baostock', 'list', 'capital']],
  [2011, '2012-06-26', '2012-06-25', { cash: 0.3 }, ['sina', 'baostock', 'list']],
  [2012, '2013-06-03', '2013-05-31', { cash: 0.55 }, ['sina', 'baostock', 'list']],
  [2013, '2014-06-24', '2014-06-23', { cash: 0.66 }, ['sina', 'baostock', 'list']],
  [2014, '2015-06-23', '2015-06-19', { cash: 0.757 }, ['sina', 'baostock', 'list']],
  [
    2015,
    '2016-06-23',
    '2016-06-22',
    { cash: 0.515, conversion: 0.1 },
    ['sina', 'baostock', 'list', 'capital'],
  ],
  [2016, '2017-05-25', '2017-05-24', { cash: 0.2, conversion: 0.3 }, ['sina', 'baostock', 'list', 'capital']],
  [2017, '2018-07-13', '2018-07-12', { cash: 0.1 }, ['sina', 'baostock', 'list']],
  [2018, '2019-06-11', '2019-06-10', { cash: 0.35 }, ['sina']],
  [2019, '2020-07-23', '2020-07-22', { cash: 0.6 }, ['sina', 'convertible']],
  [2020, '2021-07-21', '2021-07-20', { cash: 0.48 }, ['sina', 'convertible']],
  [2021, '2022-07-21', '2022-07-20', { cash: 0.41 }, ['sina', 'convertible']],
  [2022, '2023-07-21', '2023-07-20', { cash: 0.32 }, ['sina', 'convertible']],
  [2023, '2024-07-18', '2024-07-17', { cash: 0.321 }, ['sina', 'convertible', 'document']],
]);

/** From 2012 on; of the years before the sample has bars and no terms that are certain. The first row is fiscal 2012's interim. */
const PING_AN = distributions('平安银行', [
  [2012, '2012-10-19', '2012-10-18', { cash: 0.1 }, []],
  [2012, '2013-06-20', '2013-06-19', { cash: 0.17, bonus: 0.6 }, ['open', 'document']],
  [2013, '2014-06-12', '2014-06-11', { cash: 0.16, conversion: 0.2 }, ['open']],
  [2014, '2015-04-13', '2015-04-10', { cash: 0.174, conversion: 0.2 }, ['open']],
  [2015, '2016-06-16', '2016-06-15', { cash: 0.153, conversion: 0.2 }, ['open']],
  [2016, '2017-07-21', '2017-07-20', { cash: 0.158 }, ['offset']],
  [2017, '2018-07-12', '2018-07-11', { cash: 0.136 }, ['offset']],
  [2018, '2019-06-26', '2019-06-25', { cash: 0.145 }, ['offset']],
  [2019, '2020-05-28', '2020-05-27', { cash: 0.218 }, ['offset']],
  [2020, '2021-05-14', '2021-05-13', { cash: 0.18 }, ['offset']],
  [2021, '2022-07-22', '2022-07-21', { cash: 0.228 }, ['offset']],
  [2022, '2023-06-14', '2023-06-13', { cash: 0.285 }, ['offset']],
  [2023, '2024-06-14', '2024-06-13', { cash: 0.719 }, ['open']],
]);

/** Histories end with the last bars of the sample: what was announced later is not in them. */
const COMPLETE_UNTIL = '2024-09-19';

export interface CitedHistory extends ActionHistory {
  readonly actions: readonly CitedAction[];
}

export const SAMPLE_ACTIONS: ReadonlyMap<string, CitedHistory> = new Map([
  [
    '600000.SH',
    {
      completeFrom: '1999-11-10',
      completeUntil: COMPLETE_UNTIL,
      actions: [...PUDONG, SHARE_REFORM].toSorted((a, b) => a.exDate.localeCompare(b.exDate)),
    },
  ],
  ['000001.SZ', { completeFrom: '2012-01-01', completeUntil: COMPLETE_UNTIL, actions: PING_AN }],
]);
