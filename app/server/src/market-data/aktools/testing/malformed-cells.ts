import { json } from './fake-aktools.ts';
import { columnsOf, inAll, inRow, inText, type Malformed, price, scale, swap, without } from './mutations.ts';

const COLUMNS = [0, 1, 2, 3, 4, 5, 6];

export function columns(random: () => number): Malformed[] {
  const missing = COLUMNS.flatMap((column): Malformed[] => [
    {
      name: `column ${column} missing everywhere`,
      kinds: ['missing_column'],
      write: inAll((row, spelling) => without(row, columnsOf(spelling)[column] ?? '')),
    },
    {
      name: `column ${column} missing in one row`,
      kinds: ['missing_column'],
      write: inRow(random(), (row, spelling) => without(row, columnsOf(spelling)[column] ?? '')),
    },
  ]);
  const mistyped = COLUMNS.flatMap((column) =>
    ['9.31', true, {}, [9.31]].map((value, kind): Malformed => ({
      name: `column ${column} of wrong type ${kind}`,
      // Text in the column of dates is a bad date.
      kinds: column === 0 && kind === 0 ? ['bad_date'] : ['wrong_type'],
      write: inRow(random(), (row, spelling) => ({ ...row, [columnsOf(spelling)[column] ?? '']: value })),
    })),
  );
  return [...missing, ...mistyped];
}

export function units(): Malformed[] {
  const kinds = ['swapped_units'];
  const by = (column: 'volume' | 'amount', factor: number): Malformed => ({
    name: `${column} times ${factor}`,
    kinds,
    write: inAll((row, spelling) => scale(row, spelling[column], factor)),
  });
  return [
    ...[100, 0.01, 10_000].flatMap((factor) => [by('volume', factor), by('amount', factor)]),
    { name: 'volume and amount swapped', kinds, write: inAll((row, s) => swap(row, s.volume, s.amount)) },
  ];
}

export function dates(random: () => number): Malformed[] {
  const bad = [
    '2024-13-45T00:00:00.000',
    '2024-02-30T00:00:00.000',
    '20240102',
    '',
    'NaT',
    '2024-01-02T00:00:00.000+08:00',
    '2024-01-02T23:59:59.000',
    '02/01/2024',
    '2024-1-2',
    '０２０２４-01-02',
    '2024-01-02T00:00:00.000Z; DROP TABLE',
  ].map((value) => ({ value: value as unknown, kinds: ['bad_date'] }));
  const typed = [1_704_153_600_000, null, {}].map((value) => ({
    value: value as unknown,
    kinds: ['wrong_type'],
  }));
  const far = ['2099-01-04', '1970-01-01', '2024-09-20', '1990-12-18'].map((day) => ({
    value: `${day}T00:00:00.000` as unknown,
    kinds: ['out_of_range'],
  }));
  return [...bad, ...typed, ...far].map(({ value, kinds }) => ({
    name: `date ${JSON.stringify(value)}`,
    kinds,
    write: inRow(random(), (row, spelling) => ({ ...row, [spelling.date]: value })),
  }));
}

/** Whole answers in order, with rows that cannot be bars. */
export function rows(random: () => number): Malformed[] {
  const cell = (name: string, at: number, value: unknown, kinds: readonly string[] = []): Malformed => ({
    name,
    kinds,
    write: inRow(random(), (row, spelling) => ({ ...row, [price(spelling, at)]: value })),
  });
  return [
    ...[0, 1, 2, 3].map((at) => cell(`no price ${at}`, at, null)),
    cell('a negative price', 0, -9.31),
    cell('a price of 0', 1, 0),
    ...[1e300, 1e14].map((value) => cell(`a price of ${value}`, 2, value, ['wrong_type'])),
    cell('a low above the high', 3, 1_000),
    {
      name: 'high and low swapped',
      kinds: [],
      write: inAll((row, spelling) => swap(row, price(spelling, 2), price(spelling, 3))),
    },
    { name: 'a negative volume', kinds: [], write: inRow(random(), (row, s) => scale(row, s.volume, -1)) },
    { name: 'a negative amount', kinds: [], write: inRow(random(), (row, s) => scale(row, s.amount, -1)) },
    {
      name: 'a volume in parts of a share',
      kinds: [],
      write: inRow(random(), (row, s) => ({ ...row, [s.volume]: 0.123 })),
    },
    { name: 'no volume', kinds: [], write: inRow(random(), (row, s) => ({ ...row, [s.volume]: null })) },
    {
      name: 'every row twice',
      kinds: [],
      write: (response, good) => json(response, 200, [...good, ...good]),
    },
    { name: 'backwards', kinds: [], write: (response, good) => json(response, 200, [...good].reverse()) },
    {
      name: 'a prototype as a column',
      kinds: [],
      write: inText((body) => body.replace('{', '{"__proto__":{"polluted":true},')),
    },
  ];
}
