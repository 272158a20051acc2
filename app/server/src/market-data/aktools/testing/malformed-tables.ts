import { json } from './fake-aktools.ts';
import { shapes, statuses, texts } from './malformed-bodies.ts';
import { columns, dates, rows, units } from './malformed-cells.ts';
import { seeded } from '../../../testing/seeded.ts';
import { type Malformed, type Row, type Spelling, without } from './mutations.ts';
import type { Table } from './sample-tables.ts';

/** A table of the upstream, and what may be broken about it. */
export interface BreakableTable {
  readonly good: Table;
  readonly text: readonly string[];
  readonly dates: readonly string[];
  /** Present: figures that belong together, as those of a bar do. */
  readonly figures?: Spelling;
}

const BAD_DATES = ['2024-13-45T00:00:00.000', '2024-02-30', 'NaT', '', '02/01/2024', 1_704_153_600_000];

/** Columns without figures: each missing, and of every type that it is not. */
function cellsOf({ text, dates: days }: BreakableTable): Malformed[] {
  const change = (name: string, alter: (row: Row) => Row): Malformed => ({
    name,
    kinds: [],
    write: (response, good) =>
      json(
        response,
        200,
        good.map((row, index) => (index === good.length - 1 ? alter(row) : row)),
      ),
  });
  const all = [...text, ...days];
  const becoming = (names: readonly string[], values: readonly unknown[]): Malformed[] =>
    names.flatMap((column) =>
      values.map((value) =>
        change(`${column} ${JSON.stringify(value)}`, (row) => ({ ...row, [column]: value })),
      ),
    );
  return [
    ...all.map((column) => change(`without ${column}`, (row) => without(row, column))),
    ...becoming(all, [{}, ['x'], true, 'a\0b', '\ud800']),
    ...becoming(days, BAD_DATES),
  ];
}

/** Of what daily bars go through in full, a part: seven tables times all of it would take minutes. */
const EVERY = 3;

/**
 * Answers that are no good ones of that table: all that is wrong with figures that could be true, and a part of what is
 * broken in columns, dates, shape, text and status.
 */
export function malformedTables(seed: number, table: BreakableTable): readonly Malformed[] {
  const random = seeded(seed);
  const { figures } = table;
  const broken = [
    ...cellsOf(table),
    ...(figures === undefined ? [] : [...columns(random), ...dates(random), ...texts(random)]),
    ...shapes(),
    ...statuses(),
  ];
  const untrue = figures === undefined ? [] : [...units(), ...rows(random)];
  return [...untrue, ...broken.filter((_answer, index) => index % EVERY === seed % EVERY)];
}
