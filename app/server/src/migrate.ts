import { existsSync, writeFileSync } from 'node:fs';
import { loadConfiguration } from './common/configuration/configuration.ts';
import { rememberSecretsOf } from './common/redaction/secrets-of-configuration.ts';
import { migrateDatabase } from './database/migrator.ts';

/** Kubernetes keeps what is in this file in the status of the pod; nowhere else does it exist. */
const TERMINATION_LOG = '/dev/termination-log';

function reportToPod(text: string): void {
  try {
    if (existsSync(TERMINATION_LOG)) writeFileSync(TERMINATION_LOG, text);
  } catch {
    // Not writable: the log has the same line.
  }
}

/** Brings the database up to date and ends; the last line is the schema version. */
export async function runMigrate(environment: NodeJS.ProcessEnv): Promise<void> {
  const configuration = loadConfiguration('migrate', environment);
  rememberSecretsOf(configuration);
  const { database } = configuration;
  const { applied, schemaVersion } = await migrateDatabase(database, (line) => console.error(line));
  for (const name of applied) console.log(`applied ${name}`);
  console.log(`schema version ${schemaVersion}`);
  reportToPod(String(schemaVersion));
}
