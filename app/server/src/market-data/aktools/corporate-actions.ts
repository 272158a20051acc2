import type { CorporateAction, CorporateActions } from '../provider.ts';
import { known } from './cells.ts';
import { dividends, rightsIssues } from './functions.ts';
import { readRows, violated } from './rows.ts';

/** The upstream's terms are per ten shares held. */
const PER = 10;
/** A tenth of a decimal fraction is one again, and not 0.16999999999999998. */
const EXACT = 1e8;
/** The first trading day of the exchanges: before it nothing can be missing. */
const FIRST_DAY = '1990-12-19';
const DONE = '实施';

/** An action whose ex-date the upstream does not tell; nothing before its announcement can be called complete. */
interface Undated {
  readonly announcedOn: string;
}

/** One row of the upstream's lists. */
export type ActionRow = CorporateAction | Undated;

const NOTHING = {
  cashPerShare: 0,
  bonusPerShare: 0,
  conversionPerShare: 0,
  rightsPerShare: 0,
  adjustsPrice: true,
} as const;

function perShare(value: number | null, column: string): number {
  if (value !== null && !(value >= 0)) throw violated('wrong_type', `${column} is ${value}`);
  return Math.round(((value ?? 0) / PER) * EXACT) / EXACT;
}

function dated(
  exDate: string | null,
  announcedOn: string | null,
  recordDate: string | null,
  terms: Partial<CorporateAction>,
): ActionRow {
  if (exDate !== null)
    return { ...NOTHING, exDate, announcedOn: known(announcedOn), recordDate: known(recordDate), ...terms };
  if (announcedOn === null) throw violated('bad_date', 'a corporate action without any date');
  return { announcedOn };
}

export function readDividends(body: string): readonly ActionRow[] {
  return readRows(dividends, body).flatMap(({ row }) => {
    const terms = {
      cashPerShare: perShare(row.派息, '派息'),
      bonusPerShare: perShare(row.送股, '送股'),
      conversionPerShare: perShare(row.转增, '转增'),
    };
    const isNothing = Object.values(terms).every((value) => value === 0);
    if (row.进度 !== DONE || isNothing) return [];
    return [dated(row.除权除息日, row.公告日期, row.股权登记日, terms)];
  });
}

export function readRights(body: string): readonly ActionRow[] {
  return readRows(rightsIssues, body).flatMap(({ row }) => {
    const rightsPerShare = perShare(row.配股方案, '配股方案');
    if (rightsPerShare === 0) return [];
    if (row.配股价格 === null || row.配股价格 <= 0)
      throw violated('wrong_type', `a rights issue of ${row.公告日期 ?? 'no date'} without a price`);
    return [dated(row.除权日, row.公告日期, row.股权登记日, { rightsPerShare, rightsPrice: row.配股价格 })];
  });
}

/** Dividend and rights issue of one ex-date are one action. */
function merge(one: CorporateAction, other: CorporateAction): CorporateAction {
  return {
    ...one,
    recordDate: one.recordDate ?? other.recordDate,
    announcedOn: one.announcedOn ?? other.announcedOn,
    cashPerShare: one.cashPerShare + other.cashPerShare,
    bonusPerShare: one.bonusPerShare + other.bonusPerShare,
    conversionPerShare: one.conversionPerShare + other.conversionPerShare,
    rightsPerShare: one.rightsPerShare + other.rightsPerShare,
    rightsPrice: one.rightsPrice ?? other.rightsPrice,
  };
}

/** Sina's 分红 and 配股 of a symbol as one list by ex-date; proposals that were not carried out are left out. */
export function actionsOf(rows: readonly ActionRow[]): CorporateActions {
  const byExDate = new Map<string, CorporateAction>();
  let completeFrom = FIRST_DAY;
  for (const action of rows) {
    if (!('exDate' in action)) {
      if (action.announcedOn > completeFrom) completeFrom = action.announcedOn;
      continue;
    }
    const sameDay = byExDate.get(action.exDate);
    byExDate.set(action.exDate, sameDay === undefined ? action : merge(sameDay, action));
  }
  const actions = [...byExDate.values()].sort((a, b) => (a.exDate < b.exDate ? -1 : 1));
  return { completeFrom, actions };
}
