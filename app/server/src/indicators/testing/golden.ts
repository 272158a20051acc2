/** Reads what hack/golden/make.py wrote: manifest.json names columns and where they begin, the other files hold them. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { IndicatorMode } from '../family.ts';
import type { BarSeries } from '../series.ts';
import { cut, madeCandles, realBars } from './series.ts';

interface Made {
  readonly seed: number;
  readonly calm: number;
}

interface Origin {
  readonly symbol?: string;
  readonly made?: Made;
  readonly bars: number;
}

export interface GoldenSeries extends Origin {
  readonly name: string;
  readonly firstDate?: number;
  /** Only every so many bars and the last one are kept; every bar when absent. */
  readonly every?: number;
  readonly columns: Readonly<Partial<Record<IndicatorMode, Readonly<Record<string, number>>>>>;
}

interface Manifest {
  readonly series: readonly GoldenSeries[];
  readonly lookbacks: Readonly<Record<string, number>>;
  readonly patterns: {
    readonly names: readonly string[];
    readonly lookbacks: Readonly<Record<string, number>>;
    readonly series: readonly (Origin & { readonly begin: number })[];
  };
  readonly values: number;
}

const FOLDER = new URL('../golden/', import.meta.url);
const read = (name: string): Buffer => readFileSync(new URL(name, FOLDER));

export const manifest = JSON.parse(read('manifest.json').toString()) as Manifest;

/** The numbers lie in planes of bytes, the highest byte of all of them first. */
function readValues(): Float64Array {
  const planes = gunzipSync(read('values.bin.gz'));
  const bytes = new Uint8Array(planes.length);
  const count = planes.length / 8;
  for (let plane = 0; plane < 8; plane += 1)
    for (let index = 0; index < count; index += 1)
      bytes[index * 8 + (7 - plane)] = planes[plane * count + index] ?? 0;
  return new Float64Array(bytes.buffer);
}

const values = readValues();
const patternBytes = gunzipSync(read('patterns.bin.gz'));

export const valueCount = values.length;

const wholeHistories = new Map<string, BarSeries>();

export function barsOf({ symbol, made, bars, ...rest }: Origin & { readonly firstDate?: number }): BarSeries {
  if (made) return madeCandles(bars, made);
  if (symbol === undefined) throw new Error('a series of the manifest has no origin');
  const all = wholeHistories.get(symbol) ?? realBars(symbol);
  wholeHistories.set(symbol, all);
  const { firstDate } = rest;
  return cut(all, firstDate === undefined ? 0 : all.dates.indexOf(String(firstDate)), bars);
}

/** Where the columns of a mode begin. */
export const columnsOf = ({ columns }: GoldenSeries, mode: IndicatorMode): Readonly<Record<string, number>> =>
  columns[mode] ?? {};

/** The bars that a column was kept at, and what the oracle said there; prices in cents. */
export function expectedOf(
  { every, bars }: GoldenSeries,
  begin: number,
): readonly (readonly [index: number, value: number])[] {
  const kept = every === undefined ? 1 : every;
  const indices = Array.from({ length: bars }, (_, index) => index).filter(
    (index) => index % kept === 0 || index === bars - 1,
  );
  return indices.map((index, place) => [index, values[begin + place] ?? Number.NaN]);
}

/** TA-Lib's value of each pattern at each bar. */
export function expectedPattern(series: { bars: number; begin: number }, name: string): Float64Array {
  const begin = series.begin + manifest.patterns.names.indexOf(name) * series.bars;
  return Float64Array.from(
    new Int8Array(patternBytes.subarray(begin, begin + series.bars)),
    (value) => value * 20,
  );
}
