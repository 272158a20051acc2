/**
 * What chart and operator make where the cluster has prometheus-operator, before the scanners. Its kinds are not in the test's
 * control plane, so the operator's are those of its builders; what is said in them is judged by promtool (test/alerts).
 */
import { expect, it } from 'vitest';
import {
  PROMETHEUS_OPERATOR,
  alertGroups,
  dashboards,
  dashboardsConfigMap,
  monitoringFacts,
  podMonitor,
  prometheusRule,
} from '../../operator/src/resources/index.ts';
import { FULL_SPEC, testTarget } from '../../operator/src/resources/testing/target.ts';
import { parseObject, renderChart } from '../support/chart.ts';
import { SCAN, scan } from './scan.ts';

it('passes every gate without an exception', SCAN, async () => {
  const target = testTarget(FULL_SPEC);
  const ofOperator = [
    prometheusRule(target, alertGroups(target, monitoringFacts(target))),
    podMonitor(target),
    dashboardsConfigMap(target, dashboards(target)),
  ].map((object) => parseObject(JSON.parse(JSON.stringify(object))));
  const rendered = await renderChart({}, 'with-prometheus', [PROMETHEUS_OPERATOR]);
  const ofChart = rendered.filter(
    ({ apiVersion, metadata }) => apiVersion === PROMETHEUS_OPERATOR || metadata.name.endsWith('-dashboards'),
  );
  const kinds = [...ofOperator, ...ofChart].map(({ kind }) => kind).toSorted();
  expect(kinds).toEqual([
    ...['ConfigMap', 'ConfigMap', 'PodMonitor', 'PrometheusRule', 'PrometheusRule', 'ServiceMonitor'],
  ]);
  const findings = await scan([
    { name: 'monitoring-of-operator', objects: ofOperator },
    { name: 'monitoring-of-chart', objects: ofChart },
  ]);
  expect(findings).toEqual([]);
});
