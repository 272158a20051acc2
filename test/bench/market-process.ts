/** One step of market.ts: `market-process.ts URL load|TABLE SYMBOLS BARS`. Says its rows per second and waits. */
import { createDataSource } from '../../app/server/src/database/data-source.ts';
import { databaseOf } from '../../app/server/src/database/sql.ts';
import { firstLoad, plainCopy } from '../../app/server/src/market-data/ingestion/testing/load-speed.ts';

const STATEMENT_TIMEOUT_MS = 600_000;

const [url = '', step = '', symbols = '', bars = ''] = process.argv.slice(2);
const size = { symbols: Number(symbols), bars: Number(bars) };
const dataSource = createDataSource(
  { connectionString: url },
  { applicationName: 'bench', max: 5, statementTimeoutMs: STATEMENT_TIMEOUT_MS },
  () => undefined,
);

async function run(): Promise<number> {
  await dataSource.initialize();
  const database = databaseOf(dataSource);
  return step === 'load' ? firstLoad(database, size) : plainCopy(database, step, size);
}

try {
  process.send?.({ rate: await run() });
} catch (error) {
  process.send?.({ failed: String(error) });
}
