import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { inject } from 'vitest';
import type { Configuration, Role } from '../../common/configuration/configuration.ts';
import { type Key, Keyring, type Keyrings } from '../../common/configuration/keyrings.ts';
import { monitoring } from '../../common/configuration/monitoring-schema.ts';
import { security } from '../../common/configuration/security-schema.ts';
import { createDataSource } from '../data-source.ts';
import { type Database, databaseOf } from '../sql.ts';
import { asAdmin, MIGRATED } from './migrated-template.ts';
import './provided-context.ts';

/** A database of one test file, with the roles of production. */
export interface TestDatabase {
  readonly urls: { readonly admin: string; readonly migrator: string; readonly application: string };
  /** As the application's role, which has no right to DDL. */
  readonly dataSource: DataSource;
  readonly sql: Database;
  /** Configuration of a process that works on this database; ports are free ones. */
  configuration(role: Role, overrides?: Partial<Configuration>): Configuration;
  drop(): Promise<void>;
}

/** All tests of a file ask from one address. */
const UNHURRIED = Object.fromEntries(
  ['reading', 'writing', 'login', 'exports', 'ai'].map((budget) => [`${budget}PerMinute`, 100_000]),
);

export const TEST_TOKEN = 'bootstrap-token-of-the-tests';

function keyringOfTests(fill: number): Keyring {
  const key: Key = { kid: 'test', state: 'active', key: Buffer.alloc(32, fill) };
  return new Keyring([key], key);
}

/** The same in every test process, so that what one stored another can read. */
export const TEST_KEYRINGS: Keyrings = {
  session: keyringOfTests(1),
  pepper: keyringOfTests(2),
  encryption: keyringOfTests(3),
};

/** Creates a database, migrated unless told otherwise. */
export async function createTestDatabase({ migrate = true } = {}): Promise<TestDatabase> {
  const base = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const urls = {
    admin: base.admin + name,
    migrator: base.migrator + name,
    application: base.application + name,
  };
  await asAdmin(`${base.admin}postgres`, async (admin) => {
    const template = migrate ? `TEMPLATE ${MIGRATED}` : '';
    await admin.query(`CREATE DATABASE ${name} OWNER app_owner ${template}`);
  });
  const dataSource = createDataSource(
    { connectionString: urls.application },
    { applicationName: 'test', max: 4 },
    () => undefined,
  );
  if (migrate) await dataSource.initialize();
  const configuration: TestDatabase['configuration'] = (role, overrides = {}) => ({
    role,
    logLevel: 'silent',
    logFile: undefined,
    http: { host: '127.0.0.1', port: 0, managementPort: 0, podAddress: undefined },
    webRoot: undefined,
    database: { connectionString: urls.application },
    databasePoolSize: 5,
    bootstrapToken: TEST_TOKEN,
    keyrings: TEST_KEYRINGS,
    security: security.parse({ rateLimit: UNHURRIED }),
    platform: {},
    marketData: { provider: 'Sample', sample: {} },
    monitoring: monitoring.parse({}),
    notificationSecrets: undefined,
    tracing: undefined,
    shutdown: { drainMs: 0, timeoutMs: 10_000 },
    ...overrides,
  });
  const drop = async (): Promise<void> => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await asAdmin(`${base.admin}postgres`, async (admin) => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    });
  };
  return { urls, dataSource, sql: databaseOf(dataSource), configuration, drop };
}
