import { stringify } from 'yaml';
import { DEFAULT_SECOND_FACTOR, parseQuantity, type SecuritySpec } from '../api/index.ts';
import { PATH } from '../naming/index.ts';
import { aktoolsURL } from './aktools.ts';
import { contentAddressed } from './database-secrets.ts';
import { notificationsConfig, type Notifications } from './notifications.ts';
import { reportsConfig, tracingConfig, type Tracing } from './tracing.ts';
import { MANAGE, type Manifest, type RbacRule, type Target } from './manifest.ts';

export const CONFIG_MAP_RULES: readonly RbacRule[] = [
  {
    apiGroups: [''],
    resources: ['configmaps'],
    verbs: MANAGE,
    why: 'configuration of application and PostgreSQL',
  },
];

/**
 * As the application reads it: what the spec leaves out is the application's to decide, but for the second factor, of
 * which a cluster asks more than a laptop.
 */
function securityConfig(
  { bodyLimit, ...rest }: Partial<SecuritySpec> = { secondFactor: DEFAULT_SECOND_FACTOR },
): Record<string, unknown> {
  if (bodyLimit === undefined) return rest;
  return { ...rest, bodyLimitBytes: Math.floor(parseQuantity(bodyLimit) ?? 0) };
}

/** Plain configuration of the application: config.yaml as migrate reads it, which sends nothing anywhere. */
export function applicationConfig(target: Target): Manifest {
  return configMapOf(target, configOf(target));
}

type Traces = Pick<Tracing, 'isSent'>;

/** The same for the servers, which send traces. Without any it is the very same object. */
export function serverConfig(target: Target, traces: Traces): Manifest {
  return configMapOf(target, withTracing(target, configOf(target), traces));
}

/**
 * The same for the workers, which alone send notifications; what changes there restarts nobody else. Without any it is that
 * of the servers.
 */
export function workerConfig(
  target: Target,
  { channels }: Pick<Notifications, 'channels'>,
  traces: Traces,
): Manifest {
  const notifications = notificationsConfig(target.spec, channels);
  const { monitoring, ...config } = configOf(target);
  const { runbookBaseURL } = target.spec.monitoring;
  const watched = {
    ...monitoring,
    ...(notifications ? { notifications } : {}),
    // Only who sends messages writes links.
    ...(notifications && runbookBaseURL !== undefined
      ? { alerts: { ...target.spec.monitoring.alerts, runbookBaseURL } }
      : {}),
  };
  const isWatched = Object.keys(watched).length > 0;
  const told = {
    ...config,
    // Only who tells somebody something says whose it is.
    ...(notifications ? { platform: { namespace: target.namespace, name: target.name } } : {}),
    ...(isWatched ? { monitoring: watched } : {}),
  };
  return configMapOf(target, withTracing(target, told, traces));
}

function withTracing(target: Target, config: Config, traces: Traces): Config {
  const tracing = tracingConfig(target.spec, traces);
  return tracing ? { ...config, tracing } : config;
}

interface Config {
  readonly monitoring?: Record<string, unknown>;
  readonly [section: string]: unknown;
}

/** What is not asked for is not there: a new member of the spec changes no pod of an object that does not use it. */
function configOf(target: Target): Config {
  const { security, marketData, logging } = target.spec;
  const reports = reportsConfig(target.spec);
  const { alerts, history, slow, errors } = target.spec.monitoring;
  const watching = {
    ...(alerts ? { alerts } : {}),
    ...(history ? { history } : {}),
    ...(slow ? { slow } : {}),
    ...(errors ? { errors } : {}),
    ...(reports ? { reports } : {}),
  };
  const { provider, symbols, refresh } = marketData;
  const url = aktoolsURL(target);
  const source = url === undefined ? { sample: { path: PATH.sampleData } } : { aktools: { url } };
  return {
    marketData: {
      provider,
      ...source,
      ...(symbols ? { symbols } : {}),
      ...(refresh ? { refresh } : {}),
    },
    security: securityConfig(security),
    ...(logging?.level === undefined ? {} : { logging: { level: logging.level } }),
    ...(Object.keys(watching).length > 0 ? { monitoring: watching } : {}),
  };
}

function configMapOf(target: Target, config: Config): Manifest {
  return contentAddressed(target, 'config', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    data: { 'config.yaml': stringify(config, { lineWidth: 0 }) },
  });
}
