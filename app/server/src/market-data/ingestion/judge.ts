import { checkRows } from '../checks/check-rows.ts';
import type { CheckContext } from '../checks/context.ts';
import type { CheckedRow, Finding } from '../checks/finding.ts';
import type { Bar, MinuteBar, Origin, SourceRow } from '../provider.ts';
import type { StoredBar } from '../store/daily-bars.ts';
import type { Decision, Found, Resolution } from '../store/findings.ts';

/** A row after the checks: what is stored of it unless a person decided otherwise. */
export interface JudgedRow<Stored extends Bar | MinuteBar> {
  readonly bar: Stored | undefined;
  /** What a held row would be. */
  readonly candidate: Stored | undefined;
  readonly findings: readonly Found[];
}

interface Judged<Stored> {
  readonly bar: Stored | undefined;
  readonly held: Stored | undefined;
  readonly findings: readonly Finding[];
}

/** Tells apart findings whose rows say the same in one answer, so that each is counted. */
export function withOccurrences<Stored extends Bar | MinuteBar>(
  key: { readonly symbol: string; readonly origin: Origin },
  judged: readonly Judged<Stored>[],
): readonly JudgedRow<Stored>[] {
  const seen = new Map<string, number>();
  const found = (finding: Finding, possible: Stored | undefined): Found => {
    const content = `${finding.reason} ${JSON.stringify(finding.raw)}`;
    const occurrence = seen.get(content) ?? 0;
    seen.set(content, occurrence + 1);
    const bar = finding.disposition === 'rejected' ? undefined : possible;
    return { ...finding, symbol: key.symbol, origin: key.origin, occurrence, bar };
  };
  return judged.map(({ bar, held, findings }) => ({
    bar,
    candidate: held,
    findings: findings.length === 0 ? NONE : findings.map((finding) => found(finding, bar ?? held)),
  }));
}

const NONE: readonly Found[] = [];
/** The remark on a bar of a day that is still trading. */
const PARTIAL = 'partial_bar';

function markPartial(row: CheckedRow): Judged<StoredBar> {
  const { bar, held, findings } = row;
  if (bar === undefined || !findings.some(({ reason }) => reason === PARTIAL)) return row;
  return { bar: { ...bar, partial: true }, held, findings };
}

export function judgeDaily(
  key: { readonly symbol: string; readonly origin: Origin },
  rows: readonly SourceRow[],
  context: CheckContext,
): readonly JudgedRow<StoredBar>[] {
  const checked = checkRows(rows, context);
  const isPartial = checked.some(({ findings }) => findings.some(({ reason }) => reason === PARTIAL));
  return withOccurrences<StoredBar>(key, isPartial ? checked.map(markPartial) : checked);
}

/**
 * The bars to store after people's decisions: a row that was dropped once stays out, and a held one is stored when
 * everything that held it was released.
 */
export function decidedBars<Stored extends Bar | MinuteBar>(
  symbol: string,
  rows: readonly JudgedRow<Stored>[],
  decisions: readonly Decision[],
): readonly Stored[] {
  const resolutions = new Map(
    decisions
      .filter((decision) => decision.symbol === symbol)
      .map(({ rowNumber, reason, resolution }) => [`${rowNumber} ${reason}`, resolution]),
  );
  const bars: Stored[] = [];
  for (const row of rows) {
    const bar = row.findings.length === 0 ? row.bar : decidedBar(row, resolutions);
    if (bar !== undefined) bars.push(bar);
  }
  return bars;
}

function decidedBar<Stored extends Bar | MinuteBar>(
  { bar, candidate, findings }: JudgedRow<Stored>,
  resolutions: ReadonlyMap<string, Resolution>,
): Stored | undefined {
  const decided = findings.map((finding) => resolutions.get(`${finding.rowNumber} ${finding.reason}`));
  if (decided.includes('dropped')) return undefined;
  if (bar !== undefined) return bar;
  const isReleased = findings.every(
    (finding, index) => finding.disposition === 'held' && decided[index] === 'released',
  );
  return isReleased ? candidate : undefined;
}

/** How many rows the findings keep out, and how many stay with a remark. */
export function countDispositions(findings: readonly Finding[]): {
  readonly rejected: number;
  readonly held: number;
  readonly flagged: number;
} {
  const rows = (disposition: Finding['disposition']): number =>
    new Set(findings.filter((one) => one.disposition === disposition).map((one) => one.rowNumber)).size;
  return { rejected: rows('rejected'), held: rows('held'), flagged: rows('flagged') };
}
