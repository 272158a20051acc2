import { z } from 'zod';
import type { Dashboard } from '../../operator/src/resources/monitoring/types.ts';

const gridPos = z.object({
  h: z.int().min(1),
  w: z.int().min(1).max(24),
  x: z.int().min(0).max(23),
  y: z.int().min(0),
});
const datasource = z.object({ type: z.literal('prometheus'), uid: z.literal('${datasource}') });

const row = z.strictObject({
  id: z.int().min(1),
  type: z.literal('row'),
  title: z.string().min(3),
  collapsed: z.literal(false),
  panels: z.tuple([]),
  gridPos,
});

const panel = z.strictObject({
  id: z.int().min(1),
  type: z.enum(['timeseries', 'stat']),
  title: z.string().min(3),
  description: z.string().min(20),
  datasource,
  gridPos,
  fieldConfig: z.object({
    defaults: z.object({
      unit: z.string().min(1),
      thresholds: z.object({
        mode: z.literal('absolute'),
        steps: z.array(z.object({ color: z.enum(['green', 'red']), value: z.number().nullable() })).min(1),
      }),
    }),
    overrides: z.array(z.never()),
  }),
  targets: z
    .array(
      z.strictObject({
        refId: z.string().regex(/^[A-Z]$/),
        datasource,
        expr: z.string().min(1),
        legendFormat: z.string().min(1),
      }),
    )
    .min(1),
});

const variable = z.discriminatedUnion('type', [
  z.object({ type: z.literal('datasource'), name: z.literal('datasource'), query: z.literal('prometheus') }),
  z.object({
    type: z.literal('query'),
    name: z.string().regex(/^[a-z]+$/),
    datasource,
    query: z.object({ query: z.string().regex(/^label_values\(.+, \w+\)$/), refId: z.string() }),
  }),
  z.object({
    type: z.literal('constant'),
    name: z.string().regex(/^[a-z]+$/),
    query: z.string().min(1),
    hide: z.literal(2),
  }),
]);

/** The members of Grafana's JSON model that we write, and no others. */
export const dashboardModel = z.strictObject({
  uid: z.string().regex(/^[a-z0-9-]{1,40}$/),
  title: z.string().min(3),
  tags: z.array(z.string()),
  schemaVersion: z.literal(39),
  editable: z.literal(false),
  timezone: z.literal(''),
  refresh: z.string(),
  time: z.object({ from: z.string(), to: z.string() }),
  templating: z.object({ list: z.array(variable) }),
  annotations: z.object({ list: z.array(z.never()) }),
  panels: z.array(z.discriminatedUnion('type', [row, panel])),
});

export interface PanelQuery {
  readonly dashboard: string;
  readonly panel: string;
  /** With variables filled in: what Grafana would send. */
  readonly expr: string;
}

/** What a choice at the top is filled from: without any series there is nothing to choose, and every panel is empty. */
function choices({ title, templating }: z.infer<typeof dashboardModel>): readonly PanelQuery[] {
  return templating.list.flatMap((one) => {
    const [, expr] = one.type === 'query' ? (/^label_values\((.+), \w+\)$/.exec(one.query.query) ?? []) : [];
    return expr === undefined ? [] : [{ dashboard: title, panel: `choice of ${one.name}`, expr }];
  });
}

/**
 * The query of every panel and of every choice, with the constants of the dashboard, and its variables at `values`.
 * @throws where a variable has no value
 */
export function panelQueries(
  { title, json }: Dashboard,
  values: Readonly<Record<string, string>> = {},
): readonly PanelQuery[] {
  const model = dashboardModel.parse(json);
  const { panels, templating } = model;
  const chosen = new Map(Object.entries(values));
  for (const one of templating.list) if (one.type === 'constant') chosen.set(one.name, one.query);
  const filled = (expr: string): string =>
    expr.replaceAll(/\$\{?([a-z]+)\}?/g, (_all, name: string) => {
      const value = chosen.get(name);
      if (value === undefined) throw new Error(`${title}: the variable ${name} has no value`);
      return value;
    });
  const shown = panels.flatMap((one) =>
    one.type === 'row'
      ? []
      : one.targets.map(({ expr }) => ({ dashboard: title, panel: one.title, expr: filled(expr) })),
  );
  return [...shown, ...choices(model)];
}
