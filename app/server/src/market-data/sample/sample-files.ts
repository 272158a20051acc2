import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const PACKAGE_FOLDER = 'src/jscommon/umychart.testdata';
/**
 * Folders of series and the names of their files. Minutes of shares only: what the files of indices call volume is their
 * amount by 100, to the digit, in every minute.
 */
const SERIES = {
  daily: { folder: 'DayKLine', name: /^(.+)\.day\.kline\.json$/, isNeeded: true },
  minutes: { folder: 'M1KLine', name: /^(0\d{5}\.sz|6\d{5}\.sh)\.minute\.kline\.json$/, isNeeded: false },
} as const;
export type SeriesKind = keyof typeof SERIES;

const SNAPSHOT_FILE = 'shsz_stock_data.js';
const LIST_FILE = 'symbollist_shsz.js';

/** Market snapshot of one day, `YYYYMMDD`: parallel arrays. Volumes in shares, amounts in yuan. */
const numbers = z.array(z.number());
const snapshotSchema = z
  .object({
    tradedate: z.number(),
    symbol: z.array(z.string()),
    name: z.array(z.string()),
    yclose: numbers,
    open: numbers,
    high: numbers,
    low: numbers,
    close: numbers,
    vol: numbers,
    amount: numbers,
  })
  .refine(
    ({ tradedate: _tradedate, ...columns }) =>
      new Set(Object.values(columns).map((column) => column.length)).size === 1,
    'the columns of the snapshot have different lengths',
  );
export type SampleSnapshot = z.infer<typeof snapshotSchema>;
/** `[symbol, name, type, pinyin]` */
const listSchema = z.array(z.tuple([z.string(), z.string(), z.string(), z.string().nullable()]));
const barsSchema = z.object({ data: z.array(z.unknown()) });

/** The folder with the sample history: as configured, else inside the npm package hqchart. */
export function locateSampleData(configured: string | undefined): string {
  if (configured !== undefined) return configured;
  try {
    return join(dirname(createRequire(import.meta.url).resolve('hqchart/package.json')), PACKAGE_FOLDER);
  } catch (error) {
    throw new Error(
      'marketData.sample.path is not set and the optional npm package hqchart is not installed',
      { cause: error },
    );
  }
}

async function readText(folder: string, file: string): Promise<string> {
  const path = join(folder, file);
  if (!existsSync(path))
    throw new Error(`the sample data has no ${file}: looked in ${folder} (marketData.sample.path)`);
  return readFile(path, 'utf8');
}

/** The literal of a script that is `var NAME = <JSON>`; the script itself is never run. */
function literalOf(script: string, open: string, close: string): unknown {
  return JSON.parse(script.slice(script.indexOf(open), script.lastIndexOf(close) + 1));
}

export async function readSnapshot(folder: string): Promise<SampleSnapshot> {
  return snapshotSchema.parse(literalOf(await readText(folder, SNAPSHOT_FILE), '{', '}'));
}

export async function readSymbolList(folder: string): Promise<z.infer<typeof listSchema>> {
  return listSchema.parse(literalOf(await readText(folder, LIST_FILE), '[', ']'));
}

/** File names of the series by the source's spelling of the symbol, for example `000001.sz`. */
export async function listSeriesFiles(
  folder: string,
  kind: SeriesKind,
): Promise<ReadonlyMap<string, string>> {
  const { folder: below, name, isNeeded } = SERIES[kind];
  const path = join(folder, below);
  if (!existsSync(path)) {
    if (!isNeeded) return new Map();
    throw new Error(`the sample data has no folder ${below}: looked in ${folder} (marketData.sample.path)`);
  }
  const files = (await readdir(path)).toSorted().flatMap((file) => {
    const key = name.exec(file)?.[1];
    return key === undefined ? [] : ([[key, join(below, file)]] as const);
  });
  return new Map(files);
}

export async function readBarRows(folder: string, file: string): Promise<readonly unknown[]> {
  return barsSchema.parse(JSON.parse(await readText(folder, file))).data;
}

/** SHA-256 over names and contents of every file that is read. */
export async function hashSampleData(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const series = [await listSeriesFiles(folder, 'daily'), await listSeriesFiles(folder, 'minutes')];
  const files = series.flatMap((one) => Array.from(one.values()));
  for (const file of [SNAPSHOT_FILE, LIST_FILE, ...files]) {
    hash.update(`${file}\0`).update(await readText(folder, file));
  }
  return hash.digest('hex').slice(0, 32);
}
