import type { Configuration } from '../configuration/configuration.ts';
import { KEYRING_PURPOSES } from '../configuration/keyrings.ts';
import { secretsAmong } from '../configuration/notification-secrets.ts';
import { type KnownSecrets, knownSecrets } from './known-secrets.ts';
import { decodedPart } from './redact.ts';

function passwordsOf(database: Configuration['database']): string[] {
  if (!('connectionString' in database)) return [database.password];
  const { password, searchParams } = new URL(database.connectionString);
  return [password, decodedPart(password), searchParams.get('password') ?? ''];
}

/** From here on nothing that the process writes has the secrets that it was given. */
export function rememberSecretsOf(
  {
    database,
    bootstrapToken,
    keyrings,
    notificationSecrets,
    tracing,
  }: Pick<Configuration, 'database' | 'bootstrapToken' | 'keyrings' | 'notificationSecrets' | 'tracing'>,
  secrets: KnownSecrets = knownSecrets,
): void {
  for (const password of passwordsOf(database)) secrets.remember(password);
  if (bootstrapToken !== undefined) secrets.remember(bootstrapToken);
  if (notificationSecrets !== undefined)
    for (const secret of secretsAmong(notificationSecrets)) secrets.remember(secret);
  for (const header of Object.values(tracing?.headers ?? {})) secrets.remember(header);
  if (keyrings === undefined) return;
  for (const purpose of KEYRING_PURPOSES)
    for (const { key } of keyrings[purpose].all()) secrets.remember(key);
}
