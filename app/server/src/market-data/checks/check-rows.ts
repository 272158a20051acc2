import type { Bar, SourceRow } from '../provider.ts';
import { type AnswerContext, answerContext, type CheckContext } from './context.ts';
import { type CheckedRow, type Disposition, type Finding, finding, type Verdict } from './finding.ts';
import { gapBefore } from './gaps.ts';
import { judgeMove } from './moves.ts';
import { rejectionOf, remarkOn } from './row-checks.ts';
import { swappedUnits } from './units.ts';

type Possible = SourceRow & { readonly bar: Bar };
type Close = Pick<Bar, 'date' | 'close'>;

/** Why a row can be no bar; of several rows of a date the first that is possible counts. */
function impossibility(row: SourceRow, seen: Set<string>, context: AnswerContext): Verdict {
  const { bar } = row;
  if (bar === undefined) return { reason: 'malformed_row', detail: row.malformed };
  const verdict = rejectionOf(bar, context);
  if (verdict !== undefined) return verdict;
  if (seen.has(bar.date))
    return { reason: 'duplicate_date', detail: `${bar.date} was seen in an earlier row` };
  seen.add(bar.date);
  return undefined;
}

/** Judges possible rows by those before them, in the order of time, whatever the order of the source. */
class SeriesJudge {
  readonly #findings = new Map<SourceRow, Finding[]>();
  readonly #present: ReadonlySet<string>;
  readonly #context: AnswerContext;

  constructor(present: ReadonlySet<string>, context: AnswerContext) {
    this.#present = present;
    this.#context = context;
  }

  judge(rows: readonly Possible[]): ReadonlyMap<SourceRow, readonly Finding[]> {
    const inTime = rows.toSorted((a, b) => (a.bar.date < b.bar.date ? -1 : 1));
    const first = inTime[0]?.bar.date ?? '';
    let previous: Close | undefined = this.#context.previous;
    let taken = previous;
    inTime.forEach((row, index) => {
      const place = { taken: taken === previous ? undefined : taken, position: index + 1, first };
      if (previous !== undefined) this.#byPrevious(row, { ...place, previous });
      this.#alone(row);
      previous = row.bar;
      if (!this.#isHeld(row)) taken = row.bar;
    });
    return this.#findings;
  }

  #byPrevious(row: Possible, place: Parameters<typeof judgeMove>[1]): void {
    const move = judgeMove(row.bar, place, this.#context);
    if (move !== undefined) this.#add(row, move.disposition, move.verdict);
    const gap = gapBefore(row.bar.date, place.previous.date, this.#present, this.#context);
    if (gap !== undefined) this.#add(row, 'flagged', gap);
  }

  #alone(row: Possible): void {
    const found: NonNullable<Verdict>[] = [];
    remarkOn(row.bar, this.#context, found);
    for (const verdict of found) this.#add(row, 'flagged', verdict);
  }

  #add(row: SourceRow, disposition: Disposition, verdict: NonNullable<Verdict>): void {
    const found = this.#findings.get(row) ?? [];
    found.push(finding(row, disposition, verdict));
    this.#findings.set(row, found);
  }

  #isHeld(row: SourceRow): boolean {
    return this.#findings.get(row)?.some(({ disposition }) => disposition === 'held') ?? false;
  }
}

const NOTHING: readonly Finding[] = [];

function checked(row: SourceRow, findings: readonly Finding[]): CheckedRow {
  const has = (wanted: Disposition): boolean => findings.some(({ disposition }) => disposition === wanted);
  if (findings.length === 0) return { bar: row.bar, held: undefined, findings };
  if (has('rejected')) return { bar: undefined, held: undefined, findings };
  return has('held')
    ? { bar: undefined, held: row.bar, findings }
    : { bar: row.bar, held: undefined, findings };
}

/**
 * Judges all daily rows of one answer for one symbol; the result has the same length and order. Impossible rows are
 * rejected first; then units are judged on the whole answer, and one in other units is held as a whole; then each bar by
 * those before it.
 */
export function checkRows(rows: readonly SourceRow[], given: CheckContext): readonly CheckedRow[] {
  const context = answerContext(given);
  const [seen, present] = [new Set<string>(), new Set<string>()];
  const possible: Possible[] = [];
  const rejected = new Map<SourceRow, readonly Finding[]>();
  for (const row of rows) {
    const verdict = impossibility(row, seen, context);
    if (row.bar !== undefined) present.add(row.bar.date);
    if (verdict !== undefined) rejected.set(row, [finding(row, 'rejected', verdict)]);
    else if (row.bar !== undefined) possible.push(row);
  }
  const bars = possible.map((row) => row.bar);
  const swapped = swappedUnits(bars, context);
  const judged =
    swapped === undefined
      ? new SeriesJudge(present, context).judge(possible)
      : new Map(possible.map((row) => [row, [finding(row, 'held', swapped)]]));
  return rows.map((row) => checked(row, rejected.get(row) ?? judged.get(row) ?? NOTHING));
}
