/** Names of the children of a StockAnalysis called `owner`. Nothing else in the operator spells a name. */

/**
 * Keyrings of the server. In this order they are made: where one of the others exists, the keys that encrypt what users
 * store were there before it.
 */
export const KEYRING_PURPOSES = ['encryptionKeys', 'sessionKeys', 'pepperKeys'] as const;
export type KeyringPurpose = (typeof KEYRING_PURPOSES)[number];

export function isKeyring(purpose: string): purpose is KeyringPurpose {
  return KEYRING_PURPOSES.some((one) => one === purpose);
}

/** Purposes of generated Secrets, as they stand in `status.credentials`. */
export const CREDENTIAL_PURPOSES = [
  'databaseAdmin',
  'databaseMigrator',
  'databaseApp',
  'databaseTLS',
  'bootstrap',
  ...KEYRING_PURPOSES,
] as const;
export type CredentialPurpose = (typeof CREDENTIAL_PURPOSES)[number];

const CREDENTIAL_INFIX: Record<Exclude<CredentialPurpose, 'bootstrap'>, string> = {
  databaseAdmin: 'postgres-admin',
  databaseMigrator: 'postgres-migrator',
  databaseApp: 'postgres-app-a',
  databaseTLS: 'postgres-tls',
  encryptionKeys: 'encryption-keys',
  sessionKeys: 'session-keys',
  pepperKeys: 'pepper-keys',
};

/** Families of content-addressed objects; the value is the infix of their names. */
export const FAMILIES = [
  'config',
  'postgres-config',
  'database-app',
  'database-migrator',
  'bootstrap-token',
  'notifications',
  'tracing',
] as const;
export type Family = (typeof FAMILIES)[number];

export const serverName = (owner: string): string => `${owner}-server`;
export const workerName = (owner: string): string => `${owner}-worker`;
export const migrateName = (owner: string): string => `${owner}-migrate`;
export const aktoolsName = (owner: string): string => `${owner}-aktools`;
export const postgresName = (owner: string): string => `${owner}-postgres`;
export const postgresClaimName = (owner: string): string => `${owner}-postgres-data`;
/** PrometheusRule, and the ConfigMap with the same rules as files where no prometheus-operator is. */
export const alertsName = (owner: string): string => `${owner}-alerts`;
export const alertFilesName = (owner: string): string => `${owner}-alert-rules`;
export const podMonitorName = (owner: string): string => `${owner}-pods`;
export const dashboardsName = (owner: string): string => `${owner}-dashboards`;
/** The Service that users and Ingresses talk to carries the object's own name. */
export const serviceName = (owner: string): string => owner;

/** DNS name of the built-in PostgreSQL inside the cluster; also the name that its certificate carries. */
export const postgresHost = (owner: string, namespace: string): string =>
  `${postgresName(owner)}.${namespace}.svc`;

/**
 * Secret that holds the credential of this purpose and number. The bootstrap token is the one that people look up
 * by hand, so its name carries no number.
 */
export function credentialName(owner: string, purpose: CredentialPurpose, number: number): string {
  return purpose === 'bootstrap' ? `${owner}-bootstrap` : `${owner}-${CREDENTIAL_INFIX[purpose]}-${number}`;
}

/** Number in the name of a generated Secret of this purpose, undefined where the name is another's. */
export function credentialNumber(
  owner: string,
  purpose: CredentialPurpose,
  secret: string,
): number | undefined {
  if (purpose === 'bootstrap') return secret === `${owner}-bootstrap` ? 1 : undefined;
  const prefix = `${owner}-${CREDENTIAL_INFIX[purpose]}-`;
  const digits = secret.startsWith(prefix) ? secret.slice(prefix.length) : '';
  return /^[1-9][0-9]{0,8}$/.test(digits) ? Number(digits) : undefined;
}

/** `OWNER-FAMILY-HASH`: a name that changes with the content, so that pods never see content change under them. */
export function contentName(owner: string, family: Family, contentHash: string): string {
  return `${owner}-${family}-${contentHash}`;
}

/** First attempt `OWNER-migrate-KEY`, later ones with their number behind. */
export function migrateJobName(owner: string, migrationKey: string, attempt: number): string {
  return `${migrateName(owner)}-${migrationKey}${attempt > 1 ? `-${attempt}` : ''}`;
}
