import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dashboards, operatorDashboards } from '../../operator/src/resources/monitoring/dashboards/index.ts';
import {
  METRICS_USED,
  TARGET_LABELS,
  type MetricUsed,
} from '../../operator/src/resources/monitoring/metrics-used.ts';
import { API_VERSION, KIND } from '../../operator/src/naming/index.ts';
import { ObjectMetrics } from '../../operator/src/controllers/stockanalysis/object-metrics.ts';
import { RuntimeMetrics } from '../../operator/src/runtime/index.ts';
import { testTarget } from '../../operator/src/resources/testing/target.ts';
import { panelQueries } from '../support/panel-queries.ts';
import { METRICS_UNREAD } from './metrics-unread.ts';
import { isAlert, objectGroups, operatorGroups, rulesOf, SPECS } from './rules-under-test.ts';
import { selectorsOf, type Selector } from './selectors.ts';

const rules = [...Object.values(SPECS).flatMap(objectGroups), ...operatorGroups()];
const records = new Set(rulesOf(rules).flatMap((rule) => (isAlert(rule) ? [] : [rule.record])));

const ofDashboards = (): readonly string[] => [
  ...Object.values(SPECS)
    .flatMap((spec) => dashboards(testTarget(spec)).flatMap((one) => panelQueries(one)))
    .map(({ expr }) => expr),
  ...operatorDashboards()
    .flatMap((one) => panelQueries(one, { namespace: 'operators' }))
    .map(({ expr }) => expr),
];

const selectors: readonly Selector[] = [...rulesOf(rules).map(({ expr }) => expr), ...ofDashboards()].flatMap(
  selectorsOf,
);
const used = new Map<string, MetricUsed>(Object.entries(METRICS_USED));

/** The metric that a series belongs to: a histogram has three. */
function metricOf(series: string): string {
  const base = series.replace(/_(bucket|count|sum)$/, '');
  return used.get(base)?.kind === 'histogram' ? base : series;
}

/** What a selector names that does not exist. */
function unknown(metric: string, labels: readonly string[]): readonly string[] {
  const known = used.get(metricOf(metric));
  if (known === undefined && !records.has(metric)) return [metric];
  const allowed = new Set<string>([
    ...(known?.labels ?? ['slo']),
    ...TARGET_LABELS,
    ...(metric.endsWith('_bucket') ? ['le'] : []),
  ]);
  // A label that the target has as well is kept under another name.
  return labels
    .filter((label) => !allowed.has(label.replace(/^exported_/, '')))
    .map((label) => `${metric}{${label}}`);
}

describe('rules and dashboards', () => {
  it('read metrics of the list and recorded ones alone, by labels that these have', () => {
    expect(selectors.flatMap(({ metric, labels }) => unknown(metric, labels))).toEqual([]);
  });

  it('read every metric of the list', () => {
    const read = new Set(selectors.map(({ metric }) => metricOf(metric)));
    expect([...used.keys()].filter((name) => !read.has(name))).toEqual([]);
  });
});

/** Rows of docs/monitoring.md, which a test of the application compares with what server and worker register. */
function documented(): ReadonlyMap<
  string,
  { readonly roles: readonly string[]; readonly labels: readonly string[] }
> {
  const file = resolve(import.meta.dirname, '../../docs/monitoring.md');
  const rows = readFileSync(file, 'utf8').matchAll(/^\| `(\w+)` *\| ([a-z, ]+?) *\| ([^|]*?) *\|/gm);
  return new Map(
    [...rows].map(([, name = '', roles = '', labels = '']) => [
      name,
      { roles: roles.split(', '), labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label) },
    ]),
  );
}

/** Prometheus' client library tells these, in every process. */
const OF_THE_LIBRARY = /^(process|nodejs)_/;

describe('the application', () => {
  const rows = documented();
  const ours = [...used].filter(
    ([name, { from }]) => ['app', 'server', 'worker'].includes(from) && !OF_THE_LIBRARY.test(name),
  );

  it.each(ours)('exposes %s where rules look for it, with these labels', (name, { from, labels }) => {
    const row = rows.get(name);
    expect(row, `${name} is not in docs/monitoring.md`).toBeDefined();
    expect(row?.roles).toEqual(expect.arrayContaining(from === 'app' ? ['server', 'worker'] : [from]));
    expect([...(row?.labels ?? [])].sort()).toEqual([...labels].sort());
  });
});

describe('what the application exposes', () => {
  it('is read by a rule or a dashboard, or deliberately not', () => {
    const exposed = [...documented().keys()].filter((name) => /^(http|stock_analysis)_/.test(name));
    expect(exposed.filter((name) => !used.has(name) && !METRICS_UNREAD.includes(name))).toEqual([]);
    expect(METRICS_UNREAD.filter((name) => used.has(name) || !exposed.includes(name))).toEqual([]);
    expect(new Set(METRICS_UNREAD).size).toBe(METRICS_UNREAD.length);
  });
});

/** What the operator tells of an object of which it knows everything. */
function exposedObject(): string {
  const metrics = new ObjectMetrics();
  const { name, namespace, uid, spec } = testTarget();
  const conditions = [
    { type: 'Ready', status: 'True' as const, reason: 'Available', message: '', lastTransitionTime: '' },
  ];
  const metadata = { name, namespace, uid, generation: 1, resourceVersion: '1' };
  metrics.seen({ apiVersion: API_VERSION, kind: KIND, metadata, spec, status: { conditions } });
  metrics.certificate(metadata, 'database', 1000);
  metrics.repaired(metadata, 'Service');
  return metrics.expose().join('');
}

describe('the operator', () => {
  const { registry } = new RuntimeMetrics();
  const ofRuntime = [...used].filter(
    ([name, { from }]) => from === 'operator' && !name.startsWith('stock_analysis_object_'),
  );

  it.each(ofRuntime)('exposes %s with these labels', (name, { kind, labels }) => {
    const metric = registry.getSingleMetric(name);
    expect(metric, `${name} is not in runtime/metrics.ts`).toBeDefined();
    expect(metric).toMatchObject({ type: kind, labelNames: [...labels] });
  });

  const ofObjects = [...used].filter(([name]) => name.startsWith('stock_analysis_object_'));

  it.each(ofObjects)('exposes %s of each object with these labels', (name, { kind, labels }) => {
    const text = exposedObject();
    expect(text).toContain(`# TYPE ${name} ${kind}\n`);
    const [, written = ''] = new RegExp(`^${name}\\{(.*)\\} `, 'm').exec(text) ?? [];
    const names = [...written.matchAll(/(\w+)="/g)].map(([, label]) => label);
    expect(names).toEqual(['namespace', 'stockanalysis', ...labels]);
  });
});
