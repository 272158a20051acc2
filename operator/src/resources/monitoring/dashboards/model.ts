import type { Dashboard } from '../types.ts';

/** Units as Grafana calls them. */
export type Unit =
  | 'short'
  | 'none'
  | 's'
  | 'bytes'
  | 'percentunit'
  | 'reqps'
  | 'ops'
  | 'cores'
  | 'Bps'
  | 'dtdhms'
  | 'bool_yes_no';

/** One line, or a family of lines, of a panel. */
export interface Query {
  readonly expr: string;
  /** With labels as `{{pod}}`. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What one sees here, and from when on it is no longer well. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** A number instead of a curve. */
  readonly isStat?: true;
  /** Where a line is drawn: the limit of the alert. */
  readonly limit?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A choice at the top, filled by a query of labels. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  /** `label_values(…)`. */
  readonly query: string;
  /** What is chosen at first. */
  readonly initial?: string;
}

export interface DashboardInput {
  readonly uid: string;
  readonly title: string;
  readonly fileName: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

const SCHEMA_VERSION = 39;
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
/** Grafana's grid is 24 wide. */
const GRID = { columns: 24, width: 8, height: 8, rowHeight: 1 } as const;

type Json = Readonly<Record<string, unknown>>;

const query = ({ expr, legend }: Query, index: number): Json => ({
  refId: String.fromCodePoint(65 + index),
  datasource: DATASOURCE,
  expr,
  legendFormat: legend,
});

function thresholds(limit: number | undefined): Json {
  const above = limit === undefined ? [] : [{ color: 'red', value: limit }];
  return { mode: 'absolute', steps: [{ color: 'green', value: null }, ...above] };
}

function panel(input: Panel, id: number, gridPos: Json): Json {
  const { title, description, unit, queries, isStat, limit } = input;
  const lines = limit === undefined ? {} : { thresholdsStyle: { mode: 'line' } };
  return {
    id,
    type: isStat ? 'stat' : 'timeseries',
    title,
    description,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: {
      defaults: { unit, thresholds: thresholds(limit), ...(isStat ? {} : { custom: lines }) },
      overrides: [],
    },
    targets: queries.map(query),
  };
}

/** Rows one below another, in each as many panels beside each other as fit. */
function laidOut(rows: readonly Row[]): readonly Json[] {
  const perLine = GRID.columns / GRID.width;
  let y = 0;
  let id = 0;
  return rows.flatMap(({ title, panels }) => {
    const heading = {
      id: (id += 1),
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { h: GRID.rowHeight, w: GRID.columns, x: 0, y },
    };
    const top = y + GRID.rowHeight;
    y = top + Math.ceil(panels.length / perLine) * GRID.height;
    const placed = panels.map((one, index) => {
      const x = (index % perLine) * GRID.width;
      const down = Math.floor(index / perLine) * GRID.height;
      return panel(one, (id += 1), { h: GRID.height, w: GRID.width, x, y: top + down });
    });
    return [heading, ...placed];
  });
}

const variable = ({ name, label, query: text, initial }: Variable): Json => ({
  name,
  label,
  type: 'query',
  datasource: DATASOURCE,
  query: { query: text, refId: name },
  definition: text,
  // Again when the range of time changes: objects come and go.
  refresh: 2,
  sort: 1,
  includeAll: false,
  multi: false,
  ...(initial === undefined ? {} : { current: { selected: true, text: initial, value: initial } }),
});

/** The JSON model of a dashboard as Grafana provisions it. */
export function dashboard({ uid, title, fileName, variables, rows }: DashboardInput): Dashboard {
  const datasource = { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' };
  const json = {
    uid,
    title,
    tags: ['stock-analysis'],
    schemaVersion: SCHEMA_VERSION,
    editable: false,
    timezone: '',
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [datasource, ...variables.map(variable)] },
    annotations: { list: [] },
    panels: laidOut(rows),
  };
  return { uid, title, fileName, json };
}
