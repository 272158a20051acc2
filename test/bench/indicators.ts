/**
 * The whole-market run of the indicators against TA-Lib in C: 5,000 series of 2,000 bars, six indicators, the same
 * bars and the same definitions, one thread each, one after the other in one run. Both programs print a sum of what
 * they computed; where the sums differ they did not do the same work and the measurement fails.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { table } from './report.ts';

const run = promisify(execFile);

const VENV = '.state/golden';
const PYTHON = `${VENV}/bin/python`;
const SERIES = Number(process.env['SERIES'] ?? 5_000);
const BARS = 2_000;
const ROUNDS = 5;
/** Relative difference of two sums of 110,000 numbers that counts as none. */
const SAME = 1e-9;

/** What a program under measurement prints as its last line. */
interface Run {
  readonly cpuMs: number;
  readonly wallMs: number;
  /** MiB resident with the bars in memory, and the most while computing. */
  readonly loaded: number;
  readonly peak: number;
  readonly sum: number;
}

interface Contender {
  readonly title: string;
  readonly command: readonly [string, ...string[]];
}

const size = [String(SERIES), String(BARS)];
const TALIB: Contender = { title: 'TA-Lib in C', command: [PYTHON, 'test/bench/whole_market.py', ...size] };
const OURS: Contender = {
  title: 'ours, mode talib',
  command: [process.execPath, 'test/bench/whole-market.ts', 'talib', ...size],
};
const TERMINALS: Contender = {
  title: 'ours, mode cn',
  command: [process.execPath, 'test/bench/whole-market.ts', 'cn', ...size],
};

async function prepareOracle(): Promise<void> {
  if (existsSync(PYTHON)) return;
  await run('python3', ['-m', 'venv', VENV]);
  await run(PYTHON, ['-m', 'pip', 'install', '--quiet', '--requirement', 'hack/golden/requirements.txt']);
}

async function measure({ command: [program, ...args] }: Contender): Promise<Run> {
  const { stdout } = await run(program, args);
  return JSON.parse(stdout) as Run;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The middle of all rounds, number by number. */
const typical = (runs: readonly Run[]): Run => ({
  cpuMs: median(runs.map(({ cpuMs }) => cpuMs)),
  wallMs: median(runs.map(({ wallMs }) => wallMs)),
  loaded: median(runs.map(({ loaded }) => loaded)),
  peak: median(runs.map(({ peak }) => peak)),
  sum: median(runs.map(({ sum }) => sum)),
});

function row(title: string, one: Run, reference: Run): readonly string[] {
  const ratio = (of: (run: Run) => number): string => (of(one) / of(reference)).toFixed(2);
  const grown = one.peak - one.loaded;
  return [
    title,
    one.cpuMs.toFixed(0),
    ratio(({ cpuMs }) => cpuMs),
    one.wallMs.toFixed(0),
    ratio(({ wallMs }) => wallMs),
    one.loaded.toFixed(0),
    grown.toFixed(0),
    one.peak.toFixed(0),
    ratio(({ peak }) => peak),
  ];
}

const HEAD = [
  '',
  'CPU ms',
  'ratio',
  'wall ms',
  'ratio',
  'MiB with the bars',
  'MiB more while computing',
  'peak MiB',
  'ratio',
];

/** The table of the whole-market run. */
export async function measureIndicators(): Promise<string> {
  await prepareOracle();
  const contenders = [TALIB, OURS, TERMINALS];
  const runs: Run[][] = contenders.map(() => []);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [index, contender] of contenders.entries()) runs[index]?.push(await measure(contender));
  const [reference, ours, terminals] = runs.map(typical);
  if (!reference || !ours || !terminals) throw new Error('a contender has no rounds');
  if (Math.abs(ours.sum - reference.sum) > SAME * Math.abs(reference.sum))
    throw new Error(`the sums differ: ${ours.sum} is not TA-Lib's ${reference.sum}`);
  const rows = [row(TALIB.title, reference, reference), row(OURS.title, ours, reference)];
  const columns = table(HEAD, [...rows, row(TERMINALS.title, terminals, reference)]);
  return (
    `## Indicators of the whole market\n\n${SERIES} series of ${BARS} bars, six indicators with eleven columns ` +
    `(MA20, EMA12, MACD, RSI, STOCH or KDJ, BOLL), one thread, median of ${ROUNDS} rounds in turn.\n\n${columns}`
  );
}
