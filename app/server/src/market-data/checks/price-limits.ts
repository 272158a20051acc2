import type { Board } from '../../common/market/symbol.ts';

/**
 * How far a price may go from the reference of its day. `percent`: both ways, of the reference; `issue-price`: of the
 * issue price, which bars do not have; `none`: not limited; `unknown`: no rule of ours for this board.
 */
export type PriceLimit =
  | { readonly kind: 'percent'; readonly percent: number; readonly rule: string }
  | { readonly kind: 'issue-price'; readonly up: number; readonly down: number; readonly rule: string }
  | { readonly kind: 'none'; readonly rule: string }
  | { readonly kind: 'unknown' };

export interface LimitQuestion {
  readonly board: Board;
  readonly date: string;
  /** First trading day of the share; undefined: not known. */
  readonly listedOn?: string | undefined;
  /** 1 on the day of listing; undefined: not known. Only the first five matter. */
  readonly session?: number | undefined;
  /** Under risk warning (ST, *ST); undefined: not known, then the wider limit of other shares holds. */
  readonly riskWarning?: boolean | undefined;
}

interface Era {
  readonly from: string;
  readonly percent: number;
  readonly riskWarningPercent?: number;
  readonly rule: string;
}

const MAIN_1996 = '10 % since 16 December 1996 (exchanges, 13 December 1996, 股票交易实行涨跌幅限制)';
const WARNED = 'shares under risk warning 5 % since 22 April 1998';
/** 上证发〔2026〕41号 and 深证上〔2026〕551号 of 24 April 2026. */
const WARNED_2026 =
  'no other limit for shares under risk warning since 6 July 2026 (trading rules of both exchanges, revised in 2026)';

/** Newest first. Limits of the first years (until 1992) are left out: they differed by week and exchange. */
const ERAS: Readonly<Record<'main' | 'chinext' | 'star' | 'bse', readonly Era[]>> = {
  main: [
    { from: '2026-07-06', percent: 10, rule: `${MAIN_1996}; ${WARNED_2026}` },
    { from: '1998-04-22', percent: 10, riskWarningPercent: 5, rule: `${MAIN_1996}; ${WARNED}` },
    { from: '1996-12-16', percent: 10, rule: MAIN_1996 },
  ],
  chinext: [
    { from: '2020-08-24', percent: 20, rule: 'ChiNext 20 % since 24 August 2020 (创业板交易特别规定)' },
    // No share of it was under risk warning before its reform of 2020.
    {
      from: '2009-10-30',
      percent: 10,
      rule: 'ChiNext 10 % until 21 August 2020 (trading rules of Shenzhen)',
    },
  ],
  star: [
    {
      from: '2019-07-22',
      percent: 20,
      rule: 'STAR market 20 % since its first day (科创板股票交易特别规定)',
    },
  ],
  bse: [{ from: '2021-11-15', percent: 30, rule: 'Beijing 30 % since its first day (北交所交易规则)' }],
};

const REGISTRATION: Readonly<Record<'main' | 'chinext' | 'star', string>> = {
  star: '2019-07-22',
  chinext: '2020-08-24',
  main: '2023-04-10',
};
const FREE_SESSIONS = 5;
/** Notices of both exchanges of 13 December 2013: first day at most 144 % and at least 64 % of the issue price. */
const ISSUE_PRICE_BAND_FROM = '2014-01-01';

function firstSessions(question: LimitQuestion): PriceLimit | undefined {
  const { board, session = Number.POSITIVE_INFINITY, listedOn = question.date } = question;
  if (session > FREE_SESSIONS || board === 'b-share' || board === 'index' || board === 'unknown')
    return undefined;
  if (board === 'bse')
    return session === 1 ? { kind: 'none', rule: 'first trading day in Beijing' } : undefined;
  if (listedOn >= REGISTRATION[board])
    return { kind: 'none', rule: `first ${FREE_SESSIONS} sessions of a share listed by registration` };
  if (session > 1) return undefined;
  return question.date >= ISSUE_PRICE_BAND_FROM
    ? { kind: 'issue-price', up: 44, down: 36, rule: 'first trading day from 2014 until registration' }
    : { kind: 'none', rule: 'first trading day' };
}

/** The limit of a share's prices on a day, and the rule that it comes from. */
export function priceLimit(question: LimitQuestion): PriceLimit {
  const { board, date, riskWarning } = question;
  if (board === 'b-share' || board === 'index' || board === 'unknown') return { kind: 'unknown' };
  const first = firstSessions(question);
  if (first !== undefined) return first;
  const era = ERAS[board].find(({ from }) => date >= from);
  if (era === undefined)
    return board === 'main' ? { kind: 'none', rule: 'before 16 December 1996' } : { kind: 'unknown' };
  const percent = riskWarning === true ? (era.riskWarningPercent ?? era.percent) : era.percent;
  return { kind: 'percent', percent, rule: era.rule };
}

/**
 * Highest and lowest price of the day in yuan: reference x (1 ± limit), half up to 0.01 and at least one cent away
 * (trading rules of both exchanges).
 * @param reference the exchange's previous close of the day in whole cents, ex-rights on an ex-date
 */
export function limitPrices(
  reference: number,
  percent: number,
): { readonly lower: number; readonly upper: number } {
  // Whole cents times whole percent: exact integers, so half up is decided exactly.
  const cents = Math.round(reference * 100);
  const limit = (factor: number): number => Math.floor((cents * factor + 50) / 100);
  return {
    lower: Math.min(limit(100 - percent), cents - 1) / 100,
    upper: Math.max(limit(100 + percent), cents + 1) / 100,
  };
}
