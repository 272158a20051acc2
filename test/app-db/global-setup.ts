import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../hack/postgres/embedded.ts';
import { createMigratedTemplate } from '../../app/server/src/database/testing/migrated-template.ts';
import '../../app/server/src/database/testing/provided-context.ts';

/** One real PostgreSQL for all `*.db.test.ts`, with the roles of the platform; gone with its folder afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'stock-analysis-test-'));
  const postgres = await startEmbeddedPostgres({
    folder: join(folder, 'postgres'),
    logFile: join(folder, 'postgres.log'),
    disposable: true,
  });
  const urls = {
    admin: postgres.url('admin', ''),
    migrator: postgres.url('migrator', ''),
    application: postgres.url('application', ''),
  };
  await createMigratedTemplate(urls);
  project.provide('postgres', urls);
  return async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
