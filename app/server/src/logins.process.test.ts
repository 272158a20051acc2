import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyringFiles } from './common/configuration/testing/keyring-files.ts';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import {
  createPeople,
  FORGOTTEN_MS,
  LOGINS,
  loopDelayMs,
  MOST_DELAY_MS,
  signInAll,
  TOLD_MS,
} from './testing/logins.ts';
import { compiled } from './testing/compiled-server.ts';
import { type Addresses, type Program, startProgram, whenServing } from './testing/programs.ts';

/** Other tests run on the same cores; `node test/bench/main.ts logins` holds a quiet machine to the bound itself. */
const SLACK = 3;
/** All come from one address; what is measured is the line of hashes. */
const OFTEN = 'security: {rateLimit: {loginPerMinute: 10000}}';

describe(`${LOGINS} logins at once`, () => {
  const folders = [mkdtempSync(join(tmpdir(), 'logins-')), createKeyringFiles()];
  let database: TestDatabase;
  let server: Program;
  let addresses: Addresses;

  beforeAll(async () => {
    const [folder = '', keyrings = ''] = folders;
    const configuration = join(folder, 'config.yaml');
    writeFileSync(configuration, OFTEN);
    database = await createTestDatabase();
    await createPeople((text, values) => database.sql.query(text, values));
    server = startProgram([compiled('entrypoint'), 'server'], {
      DATABASE_URL: database.urls.application,
      KEYRINGS_DIR: keyrings,
      STOCK_ANALYSIS_CONFIG_FILE: configuration,
    });
    addresses = await whenServing(server);
  });
  afterAll(async () => {
    server.child.kill('SIGKILL');
    await server.exited;
    await database.drop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('all succeed, wait in a line that ends, and leave the event loop of the server free', async () => {
    const { url, managementUrl } = addresses;
    // Its start is not at rest.
    await sleep(FORGOTTEN_MS);
    const atRest = await loopDelayMs(managementUrl);
    const { seconds, refused } = await signInAll(url);
    await sleep(TOLD_MS);
    const during = await loopDelayMs(managementUrl);
    const figures = `p99 ${during.toFixed(1)} ms in ${seconds.toFixed(1)} s of logins, ${atRest.toFixed(1)} ms at rest`;
    console.log(figures);
    // Whatever else the machine does holds up a server at rest as well.
    expect(during, figures).toBeLessThan(SLACK * Math.max(MOST_DELAY_MS, atRest));
    expect(refused).toBeGreaterThan(0);
  }, 120_000);
});
