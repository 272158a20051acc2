import type { NestExpressApplication } from '@nestjs/platform-express';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseConnector } from '../database/connector.ts';
import { JobQueue } from '../database/job-queue.service.ts';
import type { Configuration } from '../common/configuration/configuration.ts';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { createServerApplication } from '../main.ts';
import { executeRun } from '../market-data/ingestion/execute-run.ts';
import { locateSampleData } from '../market-data/sample/sample-files.ts';
import { SampleProvider } from '../market-data/sample/sample-provider.ts';

export interface TestApplication {
  readonly app: NestExpressApplication;
  readonly database: TestDatabase;
  close(): Promise<void>;
}

function createWebRoot(): string {
  const folder = mkdtempSync(join(tmpdir(), 'web-root-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(folder, 'assets/main-0a1b2c3d.js'), 'export {};');
  writeFileSync(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  return folder;
}

/** The real server on a real database that holds the sample, or `only` these symbols of it. */
export async function createLoadedApplication(
  only?: readonly string[],
  overrides: Partial<Configuration> = {},
): Promise<TestApplication> {
  const database = await createTestDatabase();
  const [run] = await database.sql.query<{ id: string }>(
    `INSERT INTO app.ingestion_runs (key, source, trigger) VALUES ('sample:history:all', 'sample', 'start') RETURNING id`,
  );
  const provider = new SampleProvider(locateSampleData(undefined), only);
  await executeRun({
    database: database.sql,
    provider,
    runId: run?.id ?? '',
    isLastAttempt: true,
    signal: new AbortController().signal,
    logFailure: (error) => {
      throw error;
    },
  });
  const webRoot = createWebRoot();
  const app = await createServerApplication(database.configuration('server', { webRoot, ...overrides }));
  await app.listen(0, '127.0.0.1');
  await app.get(JobQueue).whenStarted();
  const close = async (): Promise<void> => {
    await app.close();
    await database.drop();
    rmSync(webRoot, { recursive: true, force: true });
  };
  return { app, database, close };
}

/** The real server on a migrated database, ready to be asked; the caller closes it. */
export async function startServer(
  database: TestDatabase,
  overrides: Partial<Configuration> = {},
): Promise<NestExpressApplication> {
  const app = await createServerApplication(database.configuration('server', overrides));
  await app.listen(0, '127.0.0.1');
  await app.get(DatabaseConnector).whenReady();
  return app;
}

/** The same on a database of its own without a row. */
export async function createEmptyApplication(
  overrides: Partial<Configuration> = {},
): Promise<TestApplication> {
  const database = await createTestDatabase();
  const app = await startServer(database, overrides);
  const close = async (): Promise<void> => {
    await app.close();
    await database.drop();
  };
  return { app, database, close };
}
