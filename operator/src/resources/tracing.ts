import { cronOrFalse, type StockAnalysisSpec } from '../api/index.ts';
import { PATH, TRACING_HEADERS_KEY, TRACING_ORIGIN_KEY, contentHash } from '../naming/index.ts';
import { contentAddressed } from './database-secrets.ts';
import { encodeData, type Manifest, type Target } from './manifest.ts';
import { portOf } from './notifications.ts';
import { secretVolume, type EnvVar, type MountedVolume } from './pod.ts';

/** What server and worker send their traces with. */
export interface Tracing {
  readonly isSent: boolean;
  /** The derived Secret with headers for the collector. */
  readonly secret?: Manifest;
  /** TCP port of the collector. */
  readonly ports: readonly number[];
  /** Changes with what is sent with, and knows nothing of how it is derived. */
  readonly origin: string;
}

export function tracingOf(target: Target, isSent: boolean, headers: string | undefined): Tracing {
  const endpoint = target.spec.monitoring.tracing?.endpoint;
  const ports = isSent && endpoint !== undefined ? [portOf(new URL(endpoint))] : [];
  const origin = contentHash([isSent, headers ?? '']);
  if (headers === undefined || endpoint === undefined) return { isSent, ports, origin };
  // With the headers stands whom they are for: later they are kept for nobody else.
  const data = encodeData({
    [TRACING_HEADERS_KEY]: headers,
    [TRACING_ORIGIN_KEY]: new URL(endpoint).origin,
  });
  const body = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', data } as const;
  return { isSent, ports, origin, secret: contentAddressed(target, 'tracing', body) };
}

/** `tracing` of config.yaml; undefined where nothing is sent. */
export function tracingConfig(
  { monitoring: { tracing } }: StockAnalysisSpec,
  { isSent }: Pick<Tracing, 'isSent'>,
): Record<string, unknown> | undefined {
  if (!tracing || !isSent) return undefined;
  return { endpoint: tracing.endpoint, sampleRatio: Number(tracing.sampleRatio) };
}

/** Where the headers are, in pods that have some. */
export const tracingVolumes = (secret: string | undefined): MountedVolume[] =>
  secret === undefined ? [] : [secretVolume('tracing', secret, PATH.tracing)];
export const tracingEnv = (secret: string | undefined): EnvVar[] =>
  secret === undefined ? [] : [{ name: 'OTLP_HEADERS_FILE', value: PATH.tracingHeaders }];

/**
 * `monitoring.reports` of config.yaml; undefined leaves them to the application. Reports judge by the objective that the alerts
 * have: two would call one day good and bad.
 */
export function reportsConfig({
  monitoring: { reports, slo },
}: StockAnalysisSpec): Record<string, unknown> | undefined {
  if (!reports) return undefined;
  const { enabled, daily, weekly, timeZone, keepDays } = reports;
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(daily === undefined ? {} : { daily: cronOrFalse(daily) }),
    ...(weekly === undefined ? {} : { weekly: cronOrFalse(weekly) }),
    timeZone,
    availability: Number(slo.availability),
    ...(keepDays === undefined ? {} : { keepDays }),
  };
}
