import { Client } from 'pg';
import type { Database } from '../../../database/sql.ts';
import { copyText } from '../../store/copy-text.ts';
import { attempt, createRun } from './runs.ts';
import {
  type MarketSize,
  SYNTHETIC,
  syntheticBars,
  syntheticDates,
  syntheticMarket,
  syntheticSymbols,
} from './synthetic-market.ts';

/** A table like the one of the daily bars: columns, checks, key and partitions. */
export async function createEqualTable(migratorUrl: string, name: string): Promise<void> {
  const client = new Client({ connectionString: migratorUrl });
  await client.connect();
  try {
    await client.query('SET ROLE app_owner');
    await client.query(
      `CREATE TABLE app.${name} (LIKE app.daily_bars INCLUDING ALL) PARTITION BY RANGE (trade_date)`,
    );
    for (let year = 1990; year < 2030; year += 5)
      await client.query(
        `CREATE TABLE app.${name}_${year} PARTITION OF app.${name} FOR VALUES FROM ('${year}-01-01') TO ('${year + 5}-01-01')`,
      );
  } finally {
    await client.end();
  }
}

function* rowsOf(size: MarketSize) {
  const dates = syntheticDates(size);
  for (const symbol of syntheticSymbols(size))
    for (const { date, open, high, low, close, volume, amount } of syntheticBars(symbol, dates))
      yield [SYNTHETIC, symbol, 'sample', date, open, high, low, close, volume, amount];
}

/** Rows per second of one COPY of the whole market into the table. */
export async function plainCopy(database: Database, name: string, size: MarketSize): Promise<number> {
  const started = performance.now();
  await database.transaction((sql) =>
    sql.copyIn(
      `COPY app.${name} (source, symbol, origin, trade_date, open, high, low, close, volume, amount) FROM STDIN`,
      copyText(rowsOf(size)),
    ),
  );
  return (size.symbols * size.bars * 1000) / (performance.now() - started);
}

/** Rows per second of a first load of the market by the application: checks, progress, halts and statistics included. */
export async function firstLoad(database: Database, size: MarketSize): Promise<number> {
  const runId = await createRun(database, { source: SYNTHETIC });
  const started = performance.now();
  const { outcome } = await attempt(database, syntheticMarket(size), runId, {
    turnMs: 3_600_000,
    logFailure: (error) => {
      throw error;
    },
  });
  const seconds = (performance.now() - started) / 1000;
  const [stored] = await database.query<{ bars: number }>(
    'SELECT count(*)::int AS bars FROM app.daily_bars WHERE source = $1',
    [SYNTHETIC],
  );
  if (outcome !== 'completed' || stored?.bars !== size.symbols * size.bars)
    throw new Error(`the load is ${outcome}, ${stored?.bars} bars are stored`);
  return (size.symbols * size.bars) / seconds;
}
