import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const PACKAGE_FOLDER = 'src/jscommon/umychart.testdata';
const BARS_FOLDER = 'DayKLine';
const BARS_SUFFIX = '.day.kline.json';
const SNAPSHOT_FILE = 'shsz_stock_data.js';
const LIST_FILE = 'symbollist_shsz.js';

/** Market snapshot of one day: parallel arrays, of which names are what we need. */
const snapshotSchema = z.object({ symbol: z.array(z.string()), name: z.array(z.string()) });
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

export async function readSnapshot(folder: string): Promise<ReadonlyMap<string, string>> {
  const { symbol, name } = snapshotSchema.parse(literalOf(await readText(folder, SNAPSHOT_FILE), '{', '}'));
  return new Map(symbol.map((key, index) => [key, name[index] ?? key]));
}

export async function readSymbolList(folder: string): Promise<z.infer<typeof listSchema>> {
  return listSchema.parse(literalOf(await readText(folder, LIST_FILE), '[', ']'));
}

/** File names of the series by the source's spelling of the symbol, for example `000001.sz`. */
export async function listBarFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const path = join(folder, BARS_FOLDER);
  if (!existsSync(path))
    throw new Error(
      `the sample data has no folder ${BARS_FOLDER}: looked in ${folder} (marketData.sample.path)`,
    );
  const files = (await readdir(path)).filter((file) => file.endsWith(BARS_SUFFIX)).sort();
  return new Map(files.map((file) => [file.slice(0, -BARS_SUFFIX.length), join(BARS_FOLDER, file)]));
}

export async function readBarRows(folder: string, file: string): Promise<readonly unknown[]> {
  return barsSchema.parse(JSON.parse(await readText(folder, file))).data;
}

/** SHA-256 over names and contents of every file that is read. */
export async function hashSampleData(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [SNAPSHOT_FILE, LIST_FILE, ...(await listBarFiles(folder)).values()]) {
    hash.update(`${file}\0`).update(await readText(folder, file));
  }
  return hash.digest('hex').slice(0, 32);
}
