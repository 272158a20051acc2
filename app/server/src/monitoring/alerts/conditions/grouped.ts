import { canonical, type Labels } from '../../history/labels.ts';
import type { SampledSeries } from './observation.ts';

export interface Group {
  readonly labels: Labels;
  readonly series: readonly SampledSeries[];
}

/** Series that agree in the labels `by`, together; a label that a series lacks is not among those of its group. */
export function grouped(series: readonly SampledSeries[], by: readonly string[]): Group[] {
  const groups = new Map<string, { labels: Labels; series: SampledSeries[] }>();
  for (const one of series) {
    const labels = Object.fromEntries(
      by.flatMap((name) => (one.labels[name] === undefined ? [] : [[name, one.labels[name]]])),
    );
    const key = canonical(labels);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { labels, series: [one] });
    else group.series.push(one);
  }
  return [...groups.values()];
}
