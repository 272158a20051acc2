import { describe, expect, it } from 'vitest';
import { dashboards, operatorDashboards } from '../../operator/src/resources/monitoring/dashboards/index.ts';
import type { Dashboard } from '../../operator/src/resources/monitoring/types.ts';
import { testTarget } from '../../operator/src/resources/testing/target.ts';
import { dashboardModel, panelQueries } from '../support/panel-queries.ts';
import { checkRules } from './promtool.ts';
import { SPECS } from './rules-under-test.ts';

const ALL: readonly Dashboard[] = [...dashboards(testTarget()), ...operatorDashboards()];
const cases = ALL.map((dashboard) => ({ title: dashboard.title, dashboard }));
const VALUES = { namespace: 'operators' };

const queriesOf = (one: Dashboard) =>
  panelQueries(one, one.fileName.startsWith('stock-analysis-operator') ? VALUES : {});

describe('dashboards', () => {
  it('are there for operator, application, database and objectives', () => {
    expect(ALL.map(({ uid }) => uid.replace(/-[0-9a-f]{10}$/, ''))).toEqual([
      'stk-slo',
      'stk-application',
      'stk-database',
      'stk-operator',
    ]);
  });

  it.each(cases)(
    '$title follows the model of Grafana, and every panel says what it shows',
    ({ dashboard }) => {
      const model = dashboardModel.parse(dashboard.json);
      expect(model).toMatchObject({ uid: dashboard.uid, title: dashboard.title });
      expect(dashboard.fileName).toMatch(/^[-._a-z0-9]+\.json$/);
      const ids = model.panels.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const taken = new Set<string>();
      for (const { gridPos, title } of model.panels)
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
            expect(x).toBeLessThan(24);
            expect(taken, `${title} lies upon another panel`).not.toContain(`${x} ${y}`);
            taken.add(`${x} ${y}`);
          }
    },
  );

  it.each(cases)('$title shows no number in green whatever it is', ({ dashboard }) => {
    const stats = dashboardModel
      .parse(dashboard.json)
      .panels.flatMap((one) => (one.type === 'stat' ? [one.fieldConfig.defaults.thresholds.steps] : []));
    for (const steps of stats) {
      expect(steps[0]?.value).toBeNull();
      expect(new Set(steps.map(({ color }) => color))).toEqual(new Set(['green', 'red']));
      const bounds = steps.slice(1).map(({ value }) => value ?? Number.NaN);
      expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
    }
  });

  it('are red below what there has to be, and above what there may be', () => {
    const steps = (title: string) =>
      ALL.flatMap(({ json }) => dashboardModel.parse(json).panels).flatMap((one) =>
        one.type === 'stat' && one.title === title ? [one.fieldConfig.defaults.thresholds.steps] : [],
      )[0];
    const [red, green] = [{ color: 'red' }, { color: 'green' }];
    expect(steps('Budget that is left')).toEqual([
      { ...red, value: null },
      { ...green, value: 0 },
    ]);
    expect(steps('Alerts that fire')).toEqual([
      { ...green, value: null },
      { ...red, value: 1 },
    ]);
  });

  it('of an object need nothing but its own series to know which it is', () => {
    for (const one of dashboards(testTarget())) {
      const { list } = dashboardModel.parse(one.json).templating;
      expect(list.filter(({ type }) => type === 'query')).toEqual([]);
    }
  });

  it('ask for what the choice at the top is filled from, as for panels', () => {
    const panels = operatorDashboards().flatMap((one) => queriesOf(one).map(({ panel }) => panel));
    expect(panels).toContain('choice of namespace');
  });

  it.each(cases)('$title asks what Prometheus can parse', async ({ dashboard }) => {
    const rules = queriesOf(dashboard).map(({ expr }, index) => ({ record: `panel:${index}`, expr }));
    expect(rules.length).toBeGreaterThan(5);
    expect(await checkRules([{ name: 'panels', rules }])).toMatchObject({ code: 0 });
  });

  it('of two objects may lie in one Grafana: neither uid nor file is the same', () => {
    const two = [
      testTarget(),
      { ...testTarget(), name: 'other' },
      { ...testTarget(), namespace: 'elsewhere' },
    ];
    const all = two.flatMap((target) => dashboards(target));
    expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length);
    expect(new Set(all.map(({ fileName }) => fileName)).size).toBe(all.length);
  });

  it.each(Object.entries(SPECS))('of %s ask for the object alone that they were made for', (_name, spec) => {
    const queries = dashboards(testTarget(spec)).flatMap((one) => panelQueries(one));
    const own = /namespace="stock-analysis",(stockanalysis="demo"|persistentvolumeclaim="demo-)/;
    expect(queries.filter(({ expr }) => !own.test(expr))).toEqual([]);
  });
});
