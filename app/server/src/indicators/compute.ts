import { expand, type IndicatorDefinition, type Request, requestOf } from './catalogue.ts';
import type { IndicatorMode, Line, Unit } from './family.ts';
import { calculation, emptyColumn } from './kernels/memory.ts';
import { type BarSeries, inYuan, Inputs } from './series.ts';

/** One column of an indicator over a whole series. */
export interface IndicatorColumn {
  readonly name: string;
  readonly unit: Unit;
  /** One value per bar, NaN where there is none. */
  readonly values: Float64Array;
  /** Index of the first value; the number of bars where there is none. */
  readonly firstIndex: number;
  /**
   * From this index on windows are full and the beginnings of recursions weigh less than 1e-4: a series that had begun
   * earlier would show the same. The number of bars, or more, where it is never reached.
   */
  readonly stableFrom: number;
  readonly definition: IndicatorDefinition;
  /** Why there is no value at all, when the bars lack what the indicator needs. */
  readonly missing: string | null;
}

export interface IndicatorResult {
  /** By column name: `MA5`, `DIF`, `K`, `BOLL_UP`, … */
  readonly columns: Readonly<Record<string, IndicatorColumn>>;
  /** From this index on every column that has values is stable. */
  readonly stableFrom: number;
}

function firstValueOf(values: Float64Array): number {
  let index = 0;
  while (index < values.length && Number.isNaN(values[index])) index += 1;
  return index;
}

/** The column as it leaves: a copy, in yuan (points) where it was in ticks. */
function columnOf(
  line: Line,
  name: string,
  raw: Float64Array,
  { definition }: Request,
  { isIndex, missing }: { readonly isIndex: boolean; readonly missing: string | undefined },
): IndicatorColumn {
  const values = line.unit === 'yuan' ? inYuan(raw) : raw.slice();
  const firstIndex = firstValueOf(values);
  return {
    name,
    unit: line.unit === 'yuan' && isIndex ? 'point' : line.unit,
    values,
    firstIndex,
    stableFrom: firstIndex + line.settling,
    definition,
    missing: missing ?? null,
  };
}

function columnsOf(request: Request, inputs: Inputs): readonly IndicatorColumn[] {
  const { lines, compute, missing: missingIn } = request.rule;
  const missing = missingIn?.(inputs);
  const values = missing === undefined ? compute(inputs) : lines.map(() => emptyColumn(inputs.length));
  const { isIndex } = inputs;
  return lines.flatMap((line, index) => {
    const raw = values[index];
    const name = request.definition.columns[index]?.name;
    return raw && name !== undefined ? [columnOf(line, name, raw, request, { isIndex, missing })] : [];
  });
}

function columnsOfAll(requests: readonly Request[], inputs: Inputs): Record<string, IndicatorColumn> {
  const columns: Record<string, IndicatorColumn> = {};
  const done = new Set<string>();
  for (const request of requests) {
    if (done.has(request.definition.name)) continue;
    done.add(request.definition.name);
    for (const one of columnsOf(request, inputs)) columns[one.name] = one;
  }
  return columns;
}

/**
 * Computes the named indicators (`CDL` names every candlestick pattern) over the whole series; recursions start at its first bar, so callers pass the whole
 * stored history. No value depends on a later bar.
 * @throws UnknownIndicatorError for a name that the mode does not define
 * @throws InvalidBarError for a price that is not finite, and for a volume or amount that is negative or not finite
 */
export function computeIndicators(
  bars: BarSeries,
  names: readonly string[],
  mode: IndicatorMode,
): IndicatorResult {
  const requests = expand(names).map((name) => requestOf(name, mode));
  const columns = calculation(() => columnsOfAll(requests, new Inputs(bars)));
  const stable = Object.values(columns).filter(({ missing }) => missing === null);
  return { columns, stableFrom: Math.max(0, ...stable.map(({ stableFrom }) => stableFrom)) };
}
