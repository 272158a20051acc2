/** What one process recorded: values of a gauge by the end of their time, in milliseconds since 1970. */
export interface TimedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: ReadonlyMap<number, number>;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The label that tells whose series it is does not tell which: what is the same but for it goes on in another process. */
const withoutProcess = ({ labels }: TimedSeries): string =>
  JSON.stringify(
    Object.entries(labels)
      .filter(([name]) => name !== 'instance')
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

/**
 * The sum of what several processes read. A point is the mean of a step, so where one process ended within it and another
 * took its place, both have a point though they were never there together: of each such pair, the mean counts once.
 */
export function sumOfReadings(all: readonly TimedSeries[], stepMs: number): ReadonlyMap<number, number> {
  const line = new Map<number, number>();
  for (const same of Map.groupBy(all, withoutProcess).values()) {
    const times = new Set(same.flatMap(({ points }) => [...points.keys()]));
    // Of a single step nobody can tell who took whose place.
    for (const time of times)
      line.set(time, (line.get(time) ?? 0) + sumAt(same, time, times.size > 1 ? stepMs : undefined));
  }
  return line;
}

function sumAt(all: readonly TimedSeries[], time: number, stepMs: number | undefined): number {
  const there = all.flatMap(({ points }) => {
    const value = points.get(time);
    if (value === undefined) return [];
    const isNew = stepMs !== undefined && !points.has(time - stepMs);
    const isLast = stepMs !== undefined && !points.has(time + stepMs);
    return [{ value, isNew, isLast }];
  });
  const changing = there.filter(({ isNew, isLast }) => isNew || isLast).map(({ value }) => value);
  // Before the first step and after the newest one nothing is known, and all seem to begin or to end: the fewer ones tell.
  const replaced = Math.min(
    there.filter(({ isNew }) => isNew).length,
    there.filter(({ isLast }) => isLast).length,
    changing.length - 1,
  );
  const total = sum(there.map(({ value }) => value));
  return replaced > 0 ? total - (replaced * sum(changing)) / changing.length : total;
}
