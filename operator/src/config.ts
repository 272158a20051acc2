import { z } from 'zod';

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);
const seconds = (fallback: number) => z.coerce.number().positive().max(3_600).default(fallback);
const image = z.string().min(1);

/** Process environment of the operator. Durations are in seconds. */
const schema = z
  .object({
    RELATED_IMAGE_APP: image,
    RELATED_IMAGE_POSTGRES: image,
    RELATED_IMAGE_SAMPLE_DATA: image,
    RELATED_IMAGE_AKTOOLS: image,
    WATCH_NAMESPACES: z.string().default(''),
    POD_NAME: z.string().min(1).default('stock-analysis-operator'),
    POD_NAMESPACE: z.string().min(1).optional(),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
    HEALTH_PORT: port(8081),
    METRICS_PORT: port(8080),
    LEADER_ELECTION: z.enum(['true', 'false']).default('true'),
    LEASE_DURATION_SECONDS: seconds(15),
    LEASE_RENEW_DEADLINE_SECONDS: seconds(10),
    LEASE_RETRY_PERIOD_SECONDS: seconds(2),
    DISCOVERY_SECONDS: seconds(60),
    POSTGRES_DIAL_ADDRESS: z
      .string()
      .regex(/^.+:[0-9]+$/)
      .optional(),
  })
  .refine((env) => env.LEASE_DURATION_SECONDS > env.LEASE_RENEW_DEADLINE_SECONDS, {
    path: ['LEASE_DURATION_SECONDS'],
    message: 'must be larger than LEASE_RENEW_DEADLINE_SECONDS',
  })
  .refine((env) => env.LEASE_RENEW_DEADLINE_SECONDS > env.LEASE_RETRY_PERIOD_SECONDS * 1.2, {
    path: ['LEASE_RENEW_DEADLINE_SECONDS'],
    message: 'must be larger than 1.2 times LEASE_RETRY_PERIOD_SECONDS',
  });

export interface OperatorConfig {
  readonly images: {
    readonly app: string;
    readonly postgres: string;
    readonly sampleData: string;
    readonly aktools: string;
  };
  /** Undefined: only the operator's own namespace. Empty: all of them (`*`). */
  readonly watchNamespaces: readonly string[] | undefined;
  readonly podName: string;
  readonly podNamespace: string | undefined;
  readonly logLevel: string;
  readonly healthPort: number;
  readonly metricsPort: number;
  readonly lease:
    | { readonly durationMs: number; readonly renewDeadlineMs: number; readonly retryPeriodMs: number }
    | undefined;
  /** Pause between two looks at which optional APIs the cluster serves. */
  readonly discoveryMs: number;
  readonly postgresDialAddress: string | undefined;
}

/** Reads the environment; throws one Error that lists everything that is wrong with it. */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): OperatorConfig {
  // A variable that is set to nothing counts as absent, as templates tend to leave them.
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(present);
  if (!result.success) {
    const issues = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`the environment is not usable: ${issues.join('; ')}`);
  }
  const env = result.data;
  return {
    images: {
      app: env.RELATED_IMAGE_APP,
      postgres: env.RELATED_IMAGE_POSTGRES,
      sampleData: env.RELATED_IMAGE_SAMPLE_DATA,
      aktools: env.RELATED_IMAGE_AKTOOLS,
    },
    watchNamespaces: namespacesOf(env.WATCH_NAMESPACES),
    podName: env.POD_NAME,
    podNamespace: env.POD_NAMESPACE,
    logLevel: env.LOG_LEVEL,
    healthPort: env.HEALTH_PORT,
    metricsPort: env.METRICS_PORT,
    lease:
      env.LEADER_ELECTION === 'true'
        ? {
            durationMs: env.LEASE_DURATION_SECONDS * 1_000,
            renewDeadlineMs: env.LEASE_RENEW_DEADLINE_SECONDS * 1_000,
            retryPeriodMs: env.LEASE_RETRY_PERIOD_SECONDS * 1_000,
          }
        : undefined,
    discoveryMs: env.DISCOVERY_SECONDS * 1_000,
    postgresDialAddress: env.POSTGRES_DIAL_ADDRESS,
  };
}

function namespacesOf(list: string): readonly string[] | undefined {
  if (list.trim() === '*') return [];
  const names = list.split(',').map((name) => name.trim());
  const present = names.filter((name) => name !== '');
  return present.length > 0 ? present : undefined;
}
