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
  /** A number instead of a curve; red beyond its limit, so it has one. */
  readonly isStat?: true;
  /** From here on upwards it is trouble; in a curve a line. Mostly the limit of the alert. */
  readonly limit?: number;
  /** The same downwards: below it is trouble. */
  readonly least?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A choice at the top, filled by a query of labels; or what queries say for a value that is always the same. */
export type Variable =
  | {
      readonly name: string;
      readonly label: string;
      /** `label_values(…)`. */
      readonly query: string;
    }
  | { readonly name: string; readonly constant: string };

export interface DashboardInput {
  readonly uid: string;
  readonly title: string;
  readonly fileName: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

const SCHEMA_VERSION = 39;
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
/** In Grafana's words: neither the label nor the value is shown. */
const HIDDEN = 2;
/** Grafana's grid is 24 wide. */
const GRID = { columns: 24, width: 8, height: 8, rowHeight: 1 } as const;

type Json = Readonly<Record<string, unknown>>;

const query = ({ expr, legend }: Query, index: number): Json => ({
  refId: String.fromCodePoint(65 + index),
  datasource: DATASOURCE,
  expr,
  legendFormat: legend,
});

const GOOD = 'green';
const BAD = 'red';

/** Colours from the lowest value on, each up to the next. */
function thresholds({ limit, least }: Pick<Panel, 'limit' | 'least'>): Json {
  const below = least === undefined ? [] : [{ color: GOOD, value: least }];
  const above = limit === undefined ? [] : [{ color: BAD, value: limit }];
  const lowest = { color: least === undefined ? GOOD : BAD, value: null };
  return { mode: 'absolute', steps: [lowest, ...below, ...above] };
}

function panel(input: Panel, id: number, gridPos: Json): Json {
  const { title, description, unit, queries, isStat, limit = input.least } = input;
  const lines = limit === undefined ? {} : { thresholdsStyle: { mode: 'line' } };
  return {
    id,
    type: isStat ? 'stat' : 'timeseries',
    title,
    description,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: {
      defaults: { unit, thresholds: thresholds(input), ...(isStat ? {} : { custom: lines }) },
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

function variable(input: Variable): Json {
  if ('constant' in input) {
    const { name, constant } = input;
    return { name, type: 'constant', query: constant, hide: HIDDEN };
  }
  const { name, label, query: text } = input;
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    query: { query: text, refId: name },
    definition: text,
    // Again when the range of time changes: what is chosen from comes and goes.
    refresh: 2,
    sort: 1,
    includeAll: false,
    multi: false,
  };
}

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
