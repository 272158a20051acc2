import type { MetricAnswer } from '../types.ts';
import type { Unit } from '../units.ts';
import { sumOfReadings, type TimedSeries } from './handover.ts';
import type { PanelQuery } from './panels.ts';

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
 * @param bySeparateProcess what each process said, instead of all of them together; of what is older than two days only
 *   server and worker are told apart
 */
export function linesOf(
  { name, kind, step, series }: MetricAnswer,
  query: PanelQuery,
  unit: Unit,
  bySeparateProcess: boolean,
): readonly Line[] {
  const factor = kind === 'counter' ? (PER[unit] ?? 1) / step : 1;
  const byLine = Map.groupBy(series, ({ labels }) => nameOf(query, labels, bySeparateProcess) || name);
  const isSumOfReadings = kind === 'gauge' && query.combine === 'sum';
  return [...byLine]
    .map(([key, of]) => {
      const all = of.map(({ labels, points }) => ({
        labels,
        points: new Map(points.map(({ at, value }) => [Date.parse(at), value * factor])),
      }));
      const line = isSumOfReadings ? sumOfReadings(all, step * 1000) : combined(all, query.combine);
      return {
        name: key,
        points: [...line].map(([at, value]) => ({ at, value })).toSorted((a, b) => a.at - b.at),
      };
    })
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

function combined(all: readonly TimedSeries[], how: PanelQuery['combine']): ReadonlyMap<number, number> {
  const line = new Map<number, number>();
  for (const { points } of all)
    for (const [time, value] of points) {
      const before = line.get(time);
      line.set(time, before === undefined ? value : COMBINE[how](before, value));
    }
  return line;
}

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
