import { checkRows } from '../checks/check-rows.ts';
import type { CheckContext } from '../checks/context.ts';
import type { CheckedRow, Finding } from '../checks/finding.ts';
import type { Bar, MinuteBar, Origin, SourceRow } from '../provider.ts';
import type { StoredBar } from '../store/daily-bars.ts';
import { type Decision, type Found, subjectOf } from '../store/findings.ts';

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
    const bar = finding.disposition === 'rejected' ? undefined : possible;
    const subject = subjectOf(finding.raw, bar);
    const occurrence = seen.get(`${finding.reason} ${subject}`) ?? 0;
    seen.set(`${finding.reason} ${subject}`, occurrence + 1);
    return { ...finding, symbol: key.symbol, origin: key.origin, subject, occurrence, bar };
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
 * The bars to store after people's decisions: one that was dropped stays out, whatever is found about it now, and a held
 * one is stored when everything that holds it was released.
 */
export function decidedBars<Stored extends Bar | MinuteBar>(
  symbol: string,
  rows: readonly JudgedRow<Stored>[],
  decisions: readonly Decision[],
): readonly Stored[] {
  const own = decisions.filter((decision) => decision.symbol === symbol);
  const released = new Set(own.filter(({ resolution }) => resolution === 'released').map(keyOf));
  const dropped = new Set(own.filter(({ resolution }) => resolution === 'dropped').map(subjectAlone));
  const isReleased = (finding: Found): boolean =>
    finding.disposition !== 'held' || released.has(keyOf(finding));
  const bars: Stored[] = [];
  for (const { bar, candidate, findings } of rows) {
    const wanted = bar ?? (findings.every(isReleased) ? candidate : undefined);
    if (wanted === undefined) continue;
    // A market has a million bars, and next to none was ever decided about.
    if (dropped.size === 0 || !dropped.has(subjectOf(undefined, wanted))) bars.push(wanted);
  }
  return bars;
}

const subjectAlone = ({ subject }: Pick<Decision, 'subject'>): string => subject;
const keyOf = ({ reason, subject }: Pick<Decision, 'reason' | 'subject'>): string => `${reason} ${subject}`;

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
