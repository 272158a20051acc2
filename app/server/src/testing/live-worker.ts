import type { INestApplicationContext } from '@nestjs/common';
import type { Configuration } from '../common/configuration/configuration.ts';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { FakeAKTools } from '../market-data/aktools/testing/fake-aktools.ts';
import { createWorkerApplication } from '../worker.ts';

export interface LiveWorker {
  readonly worker: INestApplicationContext;
  readonly fake: FakeAKTools;
  readonly database: TestDatabase;
  readonly close: () => Promise<void>;
}

/** A worker that loads these symbols from an AKTools of the test, on a database of its own; the caller closes it. */
export async function startLiveWorker(
  symbols: string[],
  overrides: Partial<Configuration> = {},
): Promise<LiveWorker> {
  const database = await createTestDatabase();
  const fake = await FakeAKTools.start();
  const aktools = { url: fake.url, secondsPerCall: 0.1, burst: 100 };
  const marketData = { provider: 'AKTools' as const, aktools, sample: {}, symbols };
  const worker = await createWorkerApplication(
    database.configuration('worker', { marketData, ...overrides }),
  );
  await worker.init();
  const close = async (): Promise<void> => {
    await worker.close();
    await fake.close();
    await database.drop();
  };
  return { worker, fake, database, close };
}
