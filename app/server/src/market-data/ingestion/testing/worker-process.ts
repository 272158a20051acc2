/** A worker that knows one run: `worker-process.ts URL RUN`. Goes on with it until it has ended, or is killed. */
import { createDataSource } from '../../../database/data-source.ts';
import { databaseOf } from '../../../database/sql.ts';
import { syntheticMarket } from './synthetic-market.ts';
import { attempt } from './runs.ts';
import { SHARED_MARKET } from './shared-market.ts';

const [connectionString = '', runId = ''] = process.argv.slice(2);
const dataSource = createDataSource(
  { connectionString },
  { applicationName: 'killed', max: 2 },
  () => undefined,
);
await dataSource.initialize();
await attempt(databaseOf(dataSource), syntheticMarket(SHARED_MARKET), runId, { chunkRows: 100 });
await dataSource.destroy();
