import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { LOG_LEVELS } from '../logging/levels.ts';
import { type DatabaseSettings, parseDatabaseUrl, readDatabaseDirectory } from './database-settings.ts';
import { ConfigurationError, messageOf } from './errors.ts';
import { type FileConfiguration, readConfigurationFile } from './file-schema.ts';
import { type Keyrings, readKeyrings } from './keyrings.ts';
import type { LogFileConfiguration } from './logging-schema.ts';
import type { MonitoringConfiguration } from './monitoring-schema.ts';
import { type NotificationSecrets, notificationSecretsOf } from './notification-secrets.ts';
import { type TracingSettings, tracingSettingsOf } from './otlp-headers.ts';
import type { SecurityConfiguration } from './security-schema.ts';

export type Role = 'server' | 'worker' | 'migrate' | 'audit-verify' | 'audit-prune';

/** Everything the process was told, read once at start and never changed. */
export interface Configuration {
  readonly role: Role;
  /** As long as nothing else is ordered while the process runs. */
  readonly logLevel: string;
  /** Lines also go to files; undefined: to standard output alone. */
  readonly logFile: LogFileConfiguration | undefined;
  /** Where log lines go; absent: standard output. Tests read them. */
  readonly logDestination?: { write(line: string): void };
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly managementPort: number;
    /** Where other pods reach this one; undefined outside of a cluster. */
    readonly podAddress: string | undefined;
  };
  /** Folder of the built web page; undefined: the one beside the server. */
  readonly webRoot: string | undefined;
  readonly database: DatabaseSettings;
  readonly databasePoolSize: number;
  /** Makes the first administrator; undefined: nobody can be made one. */
  readonly bootstrapToken: string | undefined;
  /** Undefined for worker and migration, which need none. */
  readonly keyrings: Keyrings | undefined;
  readonly security: SecurityConfiguration;
  readonly platform: FileConfiguration['platform'];
  readonly marketData: FileConfiguration['marketData'];
  readonly monitoring: MonitoringConfiguration;
  /** Of the channels that config.yaml asks for; undefined in every process but the worker, which alone sends. */
  readonly notificationSecrets: NotificationSecrets | undefined;
  /** Undefined: no traces are recorded. */
  readonly tracing: TracingSettings | undefined;
  readonly shutdown: { readonly drainMs: number; readonly timeoutMs: number };
}

export const CONFIGURATION = Symbol('Configuration');

type Environment = Readonly<Record<string, string | undefined>>;

/** Digits, and nothing else that JavaScript takes for a number (1e4, 0x10, blanks). */
const digits = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'must be a number')
  .transform(Number);
const whole = (least: number, most: number) => digits.pipe(z.int().min(least).max(most));
const port = (fallback: number) => whole(0, 65_535).default(fallback);
const seconds = (fallback: number) => digits.pipe(z.number().max(3600)).default(fallback);

/** Drain and time-out together stay below the 30 s that Kubernetes gives a pod by default. */
const environmentSchema = z.object({
  HOST: z.string().min(1).default('0.0.0.0'),
  PORT: port(8080),
  MANAGEMENT_PORT: port(9090),
  POD_IP: z.union([z.ipv4(), z.ipv6()], 'must be an IP address').optional(),
  LOG_LEVEL: z.enum([...LOG_LEVELS, 'silent']).default('info'),
  WEB_ROOT: z.string().min(1).optional(),
  DATABASE_URL: z.string().min(1).optional(),
  DATABASE_DIR: z.string().min(1).optional(),
  DATABASE_POOL_SIZE: whole(1, 100).default(10),
  KEYRINGS_DIR: z.string().min(1).optional(),
  NOTIFICATIONS_DIR: z.string().min(1).optional(),
  OTLP_HEADERS_FILE: z.string().min(1).optional(),
  BOOTSTRAP_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  STOCK_ANALYSIS_CONFIG_FILE: z.string().min(1).optional(),
  SHUTDOWN_DRAIN_SECONDS: seconds(5),
  SHUTDOWN_TIMEOUT_SECONDS: seconds(20),
});

/** Secrets may come as `NAME` or as a file named by `NAME_FILE`, not both. */
const SECRETS = ['DATABASE_URL', 'BOOTSTRAP_TOKEN'] as const;

function withSecretFiles(environment: Environment, issues: string[]): Environment {
  const resolved: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(environment)) if (value !== '') resolved[name] = value;
  for (const name of SECRETS) {
    const file = resolved[`${name}_FILE`];
    if (file === undefined) continue;
    if (resolved[name] !== undefined) issues.push(`${name} and ${name}_FILE are both set; keep one`);
    try {
      resolved[name] = readFileSync(file, 'utf8').trim();
    } catch (error) {
      issues.push(`${name}_FILE: ${messageOf(error)}`);
    }
  }
  return resolved;
}

function databaseSettings(
  url: string | undefined,
  directory: string | undefined,
  issues: string[],
): DatabaseSettings | undefined {
  if (url !== undefined && directory !== undefined)
    issues.push('DATABASE_URL and DATABASE_DIR are both set; keep one');
  if (url !== undefined) return parseDatabaseUrl(url, issues);
  if (directory !== undefined) return readDatabaseDirectory(directory, issues);
  issues.push(
    'DATABASE_URL or DATABASE_DIR must say where PostgreSQL is (`npm start` brings one of its own)',
  );
  return undefined;
}

function keyringsOf(role: Role, directory: string | undefined, issues: string[]): Keyrings | undefined {
  if (role !== 'server') return undefined;
  if (directory !== undefined) return readKeyrings(directory, issues);
  issues.push('KEYRINGS_DIR must name the folder of session.json, pepper.json and encryption.json');
  return undefined;
}

/**
 * Reads the environment, the files it names and config.yaml.
 * @throws ConfigurationError with all broken settings at once
 */
export function loadConfiguration(role: Role, environment: Environment): Configuration {
  const issues: string[] = [];
  const resolved = withSecretFiles(environment, issues);
  const parsed = environmentSchema.safeParse(resolved);
  for (const issue of parsed.error?.issues ?? []) issues.push(`${issue.path.join('.')}: ${issue.message}`);
  const database = databaseSettings(resolved['DATABASE_URL'], resolved['DATABASE_DIR'], issues);
  const file = readConfigurationFile(resolved['STOCK_ANALYSIS_CONFIG_FILE'], issues);
  const keyrings = keyringsOf(role, resolved['KEYRINGS_DIR'], issues);
  const notificationSecrets =
    role === 'worker'
      ? notificationSecretsOf(file.monitoring.notifications, resolved['NOTIFICATIONS_DIR'], issues)
      : undefined;
  const tracingSettings = tracingSettingsOf(file.tracing, resolved['OTLP_HEADERS_FILE'], issues);
  if (issues.length > 0 || !parsed.success || database === undefined) throw new ConfigurationError(issues);
  const env = parsed.data;
  return {
    role,
    logLevel: file.logging.level ?? env.LOG_LEVEL,
    logFile: file.logging.file,
    http: {
      host: env.HOST,
      port: env.PORT,
      managementPort: env.MANAGEMENT_PORT,
      podAddress: env.POD_IP,
    },
    webRoot: env.WEB_ROOT,
    database,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    bootstrapToken: env.BOOTSTRAP_TOKEN,
    keyrings,
    security: file.security,
    platform: file.platform,
    marketData: file.marketData,
    monitoring: file.monitoring,
    notificationSecrets,
    tracing: tracingSettings,
    shutdown: { drainMs: env.SHUTDOWN_DRAIN_SECONDS * 1000, timeoutMs: env.SHUTDOWN_TIMEOUT_SECONDS * 1000 },
  };
}
