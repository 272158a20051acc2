import { availableParallelism } from 'node:os';
import type { MarketResult } from './market.ts';
import type { ForeignResult, IdleResult } from './at-rest.ts';
import type { LoadResult } from './load.ts';

/** What a measurement has to say, and where a figure of it breaks what the platform promises. */
export interface Section {
  readonly text: string;
  readonly complaints: readonly string[];
}

const rounded = (value: number, digits = 1): string => value.toFixed(digits);

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

type Row = readonly [string, (result: LoadResult) => string];

const LOAD_ROWS: readonly Row[] = [
  ['objects', ({ objects }) => String(objects)],
  ['converged per second', ({ objects, seconds }) => rounded(objects / seconds)],
  [
    'RSS MiB before, with all objects, 60 s later',
    ({ idle, loaded, after }) =>
      [idle, loaded, after].map(({ resident }) => rounded(resident, 0)).join(' / '),
  ],
  [
    'CPU ms per object: etcd, API server, controller-manager, operator',
    ({ planeCpuMs, cpuMs, objects }) =>
      [...planeCpuMs, cpuMs].map((ms) => rounded(ms / objects, 0)).join(' / '),
  ],
  [
    'per second if all of them had the whole machine (computed)',
    ({ planeCpuMs, cpuMs, objects }) => {
      const busyMs = planeCpuMs.reduce((sum, ms) => sum + ms, cpuMs);
      return rounded((objects * 1000 * availableParallelism()) / busyMs);
    },
  ],
  ['peak RSS MiB', ({ after }) => rounded(after.peak, 0)],
  ['children per object', ({ tally, objects }) => rounded(tally.children / objects, 2)],
  ['status writes per object', ({ tally, objects }) => rounded(tally.statusWrites / objects, 2)],
  ['requests per object', ({ tally, objects }) => rounded(tally.requests / objects, 2)],
  [
    'requests / (children + status writes)',
    ({ tally }) => rounded(tally.requests / (tally.children + tally.statusWrites), 3),
  ],
  ['writes in 60 s of quiet', ({ quiet }) => String(quiet.writes)],
  ['reads in 60 s of quiet', ({ quiet }) => String(quiet.reads)],
];

const MODE_TITLES = {
  External: 'external database, to Ready',
  BuiltIn: 'built-in database, to its first answer that never comes',
};

export function loadTable(results: readonly LoadResult[]): string {
  const rows = LOAD_ROWS.map(([name, cell]) => [name].concat(results.map(cell)));
  const head = ['', ...results.map(({ mode }) => MODE_TITLES[mode])];
  const kinds = results.map(({ mode, tally, objects }) => {
    const list = [...tally.byKind].map(([kind, count]) => `${kind} ${rounded(count / objects, 2)}`);
    return `Requests per object, ${MODE_TITLES[mode]}: ${list.join(', ')}.`;
  });
  return ['## Many objects', table(head, rows), ...kinds].join('\n\n');
}

export function foreignTable(results: readonly ForeignResult[]): string {
  const sections = results.map(({ secrets, applied, before, after, freshWithout, freshWith }) => {
    const row = (what: string, without: number, with_: number): string[] =>
      [what].concat([without, with_, with_ - without].map((mib) => rounded(mib)));
    const how = applied ? 'and the same once more in their annotations, as `kubectl apply` does' : 'created';
    return [
      `${secrets} Secrets of 100 kB, ${how}.`,
      table(
        ['MiB', 'without them', 'with them', 'difference'],
        [
          row('RSS while they came', before.resident, after.resident),
          row('RSS after a start', freshWithout.resident, freshWith.resident),
          row('peak of a start', freshWithout.peak, freshWith.peak),
        ],
      ),
    ].join('\n\n');
  });
  return ["## Others' Secrets", ...sections].join('\n\n');
}

export function idleTable({ minutes, writes, readsPerHour }: IdleResult): string {
  const rows = [...readsPerHour].map(([kind, reads]) => [kind, rounded(reads)]);
  return [
    '## Quiet',
    `One object, ${minutes} min, ${writes} writes beside those of the Lease.`,
    table(['kind', 'reads per hour'], rows),
  ].join('\n\n');
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >>> 1] ?? Number.NaN;

export function marketTable({ size, plain, loaded, peak }: MarketResult): string {
  const rates = (values: readonly number[]): string => values.map((value) => rounded(value, 0)).join(', ');
  return [
    '## A market',
    table(
      [`${size.symbols} symbols with ${size.bars} daily bars`, ''],
      [
        ['rows per second, plain COPY', rates(plain)],
        ['rows per second, first load with all checks', rates(loaded)],
        ['ratio of the medians (at least 0.6)', rounded(median(loaded) / median(plain), 2)],
        ['peak RSS MiB of the loading process (below 300)', rounded(peak, 0)],
      ],
    ),
  ].join('\n\n');
}
