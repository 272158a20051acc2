import { canonical, type Labels } from './labels.ts';

export type SeriesKind = 'gauge' | 'counter';

/** What one process records: a value for each of these at each moment. */
export interface Series {
  readonly metric: string;
  /** A gauge is its value; a counter what was added since the moment before, so points of any resolution add up. */
  readonly kind: SeriesKind;
  readonly labels: Labels;
}

export interface Reading extends Series {
  /** Of a counter: what was added since the moment before. */
  readonly value: number;
}

/** One name for a series: equal ones have equal keys. */
export function keyOf({ metric, labels }: Series): string {
  return metric + canonical(labels);
}
