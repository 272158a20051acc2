import type { Labels } from '../labels.ts';

/**
 * What a condition says about one alert of a rule: `breached`; `within`: between the bound that raises and the one that
 * ends; `clear`; `unknown`: nothing is known, so nothing changes for a while.
 */
export interface Observation {
  readonly labels: Labels;
  readonly state: 'breached' | 'within' | 'clear' | 'unknown';
  readonly value?: number;
  /** The bound, as people read it. */
  readonly limit?: number;
  /** In words, where a number says too little. */
  readonly detail?: string;
}

/**
 * Samples of one series, oldest first; `at` in milliseconds since 1970. A point of a gauge is its value, one of a counter
 * what was added since the point before it, so points of any resolution add up.
 */
export interface SampledSeries {
  readonly kind: 'gauge' | 'counter';
  readonly labels: Labels;
  readonly points: readonly (readonly [at: number, value: number])[];
}
