import { stringify } from 'yaml';
import { DEFAULT_SECOND_FACTOR, parseQuantity, type SecuritySpec } from '../api/index.ts';
import { PATH } from '../naming/index.ts';
import { aktoolsURL } from './aktools.ts';
import { contentAddressed } from './database-secrets.ts';
import { notificationsConfig, type Notifications } from './notifications.ts';
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

/** Plain configuration of the application: config.yaml as server and migrate read it. */
export function applicationConfig(target: Target): Manifest {
  return configMapOf(target, configOf(target));
}

/**
 * The same for the workers, which alone send notifications; what changes there restarts nobody else. Without any it is the
 * very same object.
 */
export function workerConfig(target: Target, { channels }: Pick<Notifications, 'channels'>): Manifest {
  const notifications = notificationsConfig(target.spec, channels);
  const config = configOf(target);
  return configMapOf(target, notifications ? { ...config, monitoring: { notifications } } : config);
}

function configOf(target: Target): Record<string, unknown> {
  const { security, marketData } = target.spec;
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
  };
}

function configMapOf(target: Target, config: Record<string, unknown>): Manifest {
  return contentAddressed(target, 'config', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    data: { 'config.yaml': stringify(config, { lineWidth: 0 }) },
  });
}
