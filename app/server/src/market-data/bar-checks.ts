import type { Bar, SourceRow } from './provider.ts';
import type { SymbolKind } from '../common/market/symbol.ts';

export type Disposition = 'rejected' | 'flagged';

/** What is wrong with one source row. A rejected row never becomes a bar; a flagged one does, with this remark. */
export interface Finding {
  readonly rowNumber: number;
  readonly date: string | undefined;
  readonly reason: string;
  readonly disposition: Disposition;
  readonly detail: string;
  readonly raw: unknown;
}

export interface CheckedRow {
  readonly bar: Bar | undefined;
  readonly findings: readonly Finding[];
}

type Verdict = { readonly reason: string; readonly detail: string } | undefined;

/**
 * The average price amount/volume must lie between low and high. Sources round the amount (to 1,000 yuan in the
 * early 1990s), hence an absolute and a relative allowance.
 */
const AMOUNT_ROUNDING_YUAN = 1_000;
const AMOUNT_RELATIVE_TOLERANCE = 0.01;

function prices(bar: Bar): readonly (readonly [string, number])[] {
  return [
    ['open', bar.open],
    ['high', bar.high],
    ['low', bar.low],
    ['close', bar.close],
  ];
}

/** Named checks, tried in this order; the first that finds something rejects the row. */
const rejections: readonly ((bar: Bar) => Verdict)[] = [
  function nonPositivePrice(bar) {
    const bad = prices(bar).find(([, value]) => !(Number.isFinite(value) && value > 0));
    return bad && { reason: 'non_positive_price', detail: `${bad[0]} is ${bad[1]}` };
  },
  function highAndLowOrder(bar) {
    if (bar.high < bar.low)
      return { reason: 'high_low_order', detail: `high ${bar.high} is below low ${bar.low}` };
    const above = prices(bar).find(([, value]) => value > bar.high);
    if (above)
      return { reason: 'high_low_order', detail: `${above[0]} ${above[1]} is above high ${bar.high}` };
    const below = prices(bar).find(([, value]) => value < bar.low);
    return below && { reason: 'high_low_order', detail: `${below[0]} ${below[1]} is below low ${bar.low}` };
  },
  function impossibleVolume(bar) {
    if (Number.isSafeInteger(bar.volume) && bar.volume >= 0) return undefined;
    return { reason: 'impossible_volume', detail: `volume is ${bar.volume} shares` };
  },
  function impossibleAmount(bar) {
    if (Number.isFinite(bar.amount) && bar.amount >= 0) return undefined;
    return { reason: 'impossible_amount', detail: `amount is ${bar.amount} yuan` };
  },
];

/** Named remarks; a bar stays usable for prices, but its turnover is doubtful. */
const remarks: readonly ((bar: Bar, kind: SymbolKind) => Verdict)[] = [
  function turnoverMissing(bar) {
    if (bar.volume > 0 && bar.amount > 0) return undefined;
    return {
      reason: 'turnover_missing',
      detail: `volume ${bar.volume} shares, amount ${bar.amount} yuan on a day with prices`,
    };
  },
  function averagePrice(bar, kind) {
    // An index has no price per share, so only stocks can be held to this.
    if (kind !== 'stock' || bar.volume === 0 || bar.amount === 0) return undefined;
    const least = bar.low * bar.volume * (1 - AMOUNT_RELATIVE_TOLERANCE) - AMOUNT_ROUNDING_YUAN;
    const most = bar.high * bar.volume * (1 + AMOUNT_RELATIVE_TOLERANCE) + AMOUNT_ROUNDING_YUAN;
    if (bar.amount >= least && bar.amount <= most) return undefined;
    const average = (bar.amount / bar.volume).toFixed(2);
    return {
      reason: 'average_price_out_of_range',
      detail: `amount/volume is ${average}, the day traded from ${bar.low} to ${bar.high}`,
    };
  },
];

function finding(row: SourceRow, disposition: Disposition, verdict: NonNullable<Verdict>): Finding {
  return { rowNumber: row.rowNumber, date: row.bar?.date, disposition, raw: row.raw, ...verdict };
}

function checkRow(row: SourceRow, kind: SymbolKind, seen: Set<string>): CheckedRow {
  const { bar } = row;
  const reject = (verdict: NonNullable<Verdict>): CheckedRow => ({
    bar: undefined,
    findings: [finding(row, 'rejected', verdict)],
  });
  if (bar === undefined) return reject({ reason: 'malformed_row', detail: row.malformed });
  for (const check of rejections) {
    const verdict = check(bar);
    if (verdict !== undefined) return reject(verdict);
  }
  if (seen.has(bar.date))
    return reject({ reason: 'duplicate_date', detail: `${bar.date} was seen in an earlier row` });
  seen.add(bar.date);
  const findings = remarks.flatMap((remark) => {
    const verdict = remark(bar, kind);
    return verdict === undefined ? [] : [finding(row, 'flagged', verdict)];
  });
  return { bar, findings };
}

/** Judges all rows of one symbol; the result has the same length and order. */
export function checkRows(rows: readonly SourceRow[], kind: SymbolKind): readonly CheckedRow[] {
  const seen = new Set<string>();
  return rows.map((row) => checkRow(row, kind, seen));
}
