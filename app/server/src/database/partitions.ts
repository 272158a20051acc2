/** Anything that runs a statement: a pg client or TypeORM's runner. */
export interface StatementRunner {
  query(sql: string): Promise<unknown>;
}

/** A range of whole months that is one partition, `from` inclusive and `to` exclusive. */
export interface PartitionRange {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

type Width = 'five-years' | 'month';

interface PartitionedTable {
  readonly name: string;
  readonly width: Width;
  /** First year that rows may have. */
  readonly firstYear: number;
}

/** The Shanghai and Shenzhen exchanges opened in December 1990. */
const FIRST_YEAR = 1990;
/** The oldest minute bars and snapshots of any source: minutes of the sample are of 2024, its snapshot of 2023. */
const FIRST_INTRADAY_YEAR = 2023;
/** Partitions are made this many whole years ahead, so that a platform that is not upgraded goes on for as long. */
const YEARS_AHEAD = 3;

/**
 * Tables that grow with time. A series of daily rows is read over its whole life, so its partitions are wide: with one
 * per year each read would plan and open forty indexes. Intraday rows are read by day, and nothing removes them: an
 * administrator who does not want them any more drops whole months.
 */
const TABLES: readonly PartitionedTable[] = [
  { name: 'daily_bars', width: 'five-years', firstYear: FIRST_YEAR },
  { name: 'valuations', width: 'five-years', firstYear: FIRST_YEAR },
  { name: 'minute_bars', width: 'month', firstYear: FIRST_INTRADAY_YEAR },
  { name: 'snapshot_quotes', width: 'month', firstYear: FIRST_INTRADAY_YEAR },
];

const firstOf = (year: number, month: number): string =>
  `${year + Math.floor((month - 1) / 12)}-${String(((month - 1) % 12) + 1).padStart(2, '0')}-01`;

/** The ranges of one table up to three years after `year`, oldest first, without gap or overlap. */
export function partitionRanges(table: PartitionedTable, year: number): readonly PartitionRange[] {
  const ranges: PartitionRange[] = [];
  const end = year + YEARS_AHEAD;
  if (table.width === 'five-years') {
    for (let from = table.firstYear - (table.firstYear % 5); from <= end; from += 5)
      ranges.push({ name: `${table.name}_${from}`, from: firstOf(from, 1), to: firstOf(from + 5, 1) });
    return ranges;
  }
  for (let from = table.firstYear; from <= end; from += 1)
    for (let month = 1; month <= 12; month += 1)
      ranges.push({
        name: `${table.name}_${from}_${String(month).padStart(2, '0')}`,
        from: firstOf(from, month),
        to: firstOf(from, month + 1),
      });
  return ranges;
}

/**
 * Creates the partitions that are missing. Run by the migrator with every migration: the application's role has no
 * right to create tables, so nothing else can. Repeating it changes nothing.
 * @param only names of tables; undefined: all
 */
export async function createPartitions(
  session: StatementRunner,
  today: Date,
  only?: readonly string[],
): Promise<void> {
  for (const table of TABLES) {
    if (only !== undefined && !only.includes(table.name)) continue;
    for (const { name, from, to } of partitionRanges(table, today.getUTCFullYear()))
      await session.query(
        `CREATE TABLE IF NOT EXISTS app.${name} PARTITION OF app.${table.name} FOR VALUES FROM ('${from}') TO ('${to}')`,
      );
  }
}
