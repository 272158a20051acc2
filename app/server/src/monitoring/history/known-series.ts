import { keyOf, type Reading, type Series } from './series.ts';

/** Of a family with more series one is kept, which puts them together. */
const MOST_OF_A_FAMILY = 30;
/** A series that comes and goes keeps its place for so long, and one that is gone takes none for ever. */
const FORGET_MS = 24 * 3_600_000;

interface Known {
  readonly series: Series;
  readonly seenAt: number;
}

/**
 * The series that the frames of a process have a place for. They change rarely: each other set of series is a layout that
 * is kept as long as the history, and states of jobs and alerts come and go.
 */
export class KnownSeries {
  private known = new Map<string, Known>();
  /** Families that had too many, and are one series from then on: a family must not go to and fro. */
  readonly wide = new Set<string>();

  /** All of them, in the order of their keys. */
  all(): Series[] {
    return [...this.known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { series }]) => series);
  }

  /**
   * Takes up the series of these readings and forgets what did not come for long.
   * @param at milliseconds since 1970
   * @returns whether a family became wide: its readings must be put together anew
   */
  see(readings: readonly (Reading | Series)[], at: number): boolean {
    for (const { metric, kind, labels } of readings) {
      const series = { metric, kind, labels };
      this.known.set(keyOf(series), { series, seenAt: at });
    }
    for (const [key, { seenAt }] of this.known) if (at - seenAt >= FORGET_MS) this.known.delete(key);
    return this.widen();
  }

  private widen(): boolean {
    const families = Map.groupBy(this.known, ([, { series }]) => series.metric);
    const tooMany = [...families].filter(([, of]) => of.length > MOST_OF_A_FAMILY);
    for (const [metric, of] of tooMany) {
      this.wide.add(metric);
      for (const [key] of of) this.known.delete(key);
    }
    return tooMany.length > 0;
  }
}
