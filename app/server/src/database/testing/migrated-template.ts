import { Client } from 'pg';
import { migrateDatabase } from '../migrator.ts';

export async function asAdmin(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** URLs of the accounts of a PostgreSQL, without the name of a database. */
interface AccountUrls {
  readonly admin: string;
  readonly migrator: string;
}

/** The database that test databases are copies of: migrating each of them took longer than most tests. */
export const MIGRATED = 'migrated';

export async function createMigratedTemplate(urls: AccountUrls): Promise<void> {
  await asAdmin(`${urls.admin}postgres`, async (admin) => {
    await admin.query(`CREATE DATABASE ${MIGRATED} OWNER app_owner`);
  });
  await migrateDatabase({ connectionString: urls.migrator + MIGRATED }, () => undefined);
}
