import type { Labels } from '../../history/labels.ts';
import type { HistorySeries, Point } from '../../history/metric-history.ts';

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

/** Samples of one series, oldest first, as the history has them. */
export interface SampledSeries extends Pick<HistorySeries, 'kind' | 'labels'> {
  readonly points: readonly (Pick<Point, 'at' | 'value'> & Partial<Pick<Point, 'seconds'>>)[];
}

const MOST_SHOWN = 20;

/** For log lines: some of them, those that are breached first. */
export function shown(observations: readonly Observation[]): readonly Observation[] {
  const rank = ({ state }: Observation): number => (state === 'breached' ? 0 : 1);
  return observations.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_SHOWN);
}
