import { contentHash } from '../../../naming/index.ts';
import { recorded, series, type Matchers, type SeriesName } from '../promql.ts';
import type { MonitoringTarget } from '../types.ts';
import type { DashboardInput, Variable } from './model.ts';

/** Series of the object of the dashboard. */
const CHOSEN: Matchers = { namespace: '$namespace', stockanalysis: '$stockanalysis' };

export const of = (name: SeriesName, matchers: Matchers = {}): string =>
  series(name, { ...CHOSEN, ...matchers });

export const ofRecord = (name: `stock_analysis:${string}`, matchers: Matchers = {}): string =>
  recorded(name, { ...CHOSEN, ...matchers });

/** Constant: whatever else is scraped, the dashboard shows the object that it was made for. */
const variables = ({ namespace, name }: MonitoringTarget): readonly Variable[] => [
  { name: 'namespace', constant: namespace },
  { name: 'stockanalysis', constant: name },
];

/**
 * What dashboards of one object share. Grafana takes one dashboard for each uid and stops provisioning where two files
 * have the same, so the uid carries the object: its ConfigMap may stand beside those of others.
 */
export function objectScope(
  target: MonitoringTarget,
  kind: 'application' | 'database' | 'slo',
  heading: string,
): Omit<DashboardInput, 'rows'> {
  const { namespace, name } = target;
  return {
    uid: `stk-${kind}-${contentHash(`${namespace}/${name}`)}`,
    title: `Stock Analysis / ${heading} / ${namespace}/${name}`,
    fileName: `${namespace}.${name}.${kind}.json`,
    variables: variables(target),
  };
}
