import { Client } from 'pg';
import { migrateDatabase } from '../migrator.ts';

/** URLs of the accounts of a PostgreSQL, without the name of a database. */
interface AccountUrls {
  readonly admin: string;
  readonly migrator: string;
}

/** The database that test databases are copies of: migrating each of them took longer than most tests. */
export const MIGRATED = 'migrated';

export async function createMigratedTemplate(urls: AccountUrls): Promise<void> {
  const admin = new Client({ connectionString: `${urls.admin}postgres` });
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE ${MIGRATED} OWNER app_owner`);
  } finally {
    await admin.end();
  }
  await migrateDatabase({ connectionString: urls.migrator + MIGRATED }, () => undefined);
}
