import type { MetricAnswer, MetricPoint } from '../types.ts';
import type { Unit } from '../units.ts';
import type { PanelQuery, Window } from './panels.ts';

/** `at`: end of the time that it is about, in milliseconds since 1970. */
export interface LinePoint {
  readonly at: number;
  readonly value: number;
}

export interface Line {
  readonly name: string;
  /** Oldest first; where nothing was recorded there is no point. */
  readonly points: readonly LinePoint[];
}

/** What one unit is in the page's words for it: counters grow by so much per second of a step. */
const PER: Partial<Readonly<Record<Unit, number>>> = { 'per-minute': 60 };

const COMBINE: Readonly<Record<PanelQuery['combine'], (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  largest: Math.max,
  smallest: Math.min,
};

/** What of a gauge is put together: a point is about several processes already, where it is of a role. */
const FIGURES = { sum: 'total', largest: 'largest', smallest: 'smallest' } as const;

const OF_PROCESS: ReadonlySet<string> = new Set(['role', 'instance']);

type Labels = Readonly<Record<string, string>>;

function nameOf({ name, by }: PanelQuery, labels: Labels, bySeparateProcess: boolean): string {
  const process = bySeparateProcess ? [labels['instance'] ?? labels['role']] : [];
  const own =
    by === 'all'
      ? Object.entries(labels).flatMap(([label, value]) =>
          OF_PROCESS.has(label) ? [] : [`${label}=${value}`],
        )
      : by.filter((label) => !(bySeparateProcess && label === 'role')).map((label) => labels[label]);
  return [name, ...own, ...process].filter((part) => part !== undefined && part !== '').join(' ');
}

/**
 * The lines of one metric.
 * @param bySeparateProcess the answer is by process, as far as that is stored, and so are the lines
 */
export function linesOf(
  { name, kind, step, series }: MetricAnswer,
  query: PanelQuery,
  unit: Unit,
  bySeparateProcess: boolean,
): readonly Line[] {
  const valueOf =
    kind === 'counter' ? rateOf(unit, step) : (point: MetricPoint) => point[FIGURES[query.combine]];
  const byLine = Map.groupBy(series, ({ labels }) => nameOf(query, labels, bySeparateProcess) || name);
  return [...byLine]
    .map(([key, of]) => ({ name: key, points: combined(of, query.combine, valueOf) }))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** What was counted in more than a step, as after a pause of the database, is spread over all of that time. */
const rateOf =
  (unit: Unit, step: number) =>
  ({ value, seconds }: MetricPoint): number =>
    (value * (PER[unit] ?? 1)) / Math.max(step, seconds);

function combined(
  series: MetricAnswer['series'],
  how: PanelQuery['combine'],
  valueOf: (point: MetricPoint) => number,
): readonly LinePoint[] {
  const line = new Map<number, number>();
  for (const { points } of series)
    for (const point of points) {
      const at = Date.parse(point.at);
      const value = valueOf(point);
      const before = line.get(at);
      line.set(at, before === undefined ? value : COMBINE[how](before, value));
    }
  return [...line].map(([at, value]) => ({ at, value })).toSorted((a, b) => a.at - b.at);
}

/** Its points of whole steps of the window. */
export const within = ({ name, points }: Line, { from, to, step }: Window): Line => ({
  name,
  points: points.filter(({ at }) => at - step * 1000 >= from && at <= to),
});

/** Points without a gap between them: where more than a step and a half lies between two, nothing was recorded. */
export function stretches(
  points: readonly LinePoint[],
  stepSeconds: number,
): readonly (readonly LinePoint[])[] {
  const found: LinePoint[][] = [];
  let last: LinePoint | undefined;
  for (const point of points) {
    const isNext = last !== undefined && point.at - last.at <= 1_500 * stepSeconds;
    if (isNext) found.at(-1)?.push(point);
    else found.push([point]);
    last = point;
  }
  return found;
}

/** All times of which a line says something, oldest first. */
export function timesOf(lines: readonly Line[]): readonly number[] {
  return [...new Set(lines.flatMap(({ points }) => points.map(({ at }) => at)))].toSorted((a, b) => a - b);
}

/** What the line says of that time; undefined: nothing. */
export const valueAt = ({ points }: Line, at: number): number | undefined =>
  points.find((point) => point.at === at)?.value;

/** The lines that go highest: more than can be told apart are in the table alone. */
export function highest(lines: readonly Line[], most: number): readonly Line[] {
  if (lines.length <= most) return lines;
  const peak = ({ points }: Line): number => Math.max(...points.map(({ value }) => value));
  const kept = new Set(lines.toSorted((a, b) => peak(b) - peak(a)).slice(0, most));
  return lines.filter((line) => kept.has(line));
}
