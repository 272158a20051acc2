import { stringify } from 'yaml';
import { parseQuantity, type SecuritySpec } from '../api/index.ts';
import { PATH } from '../naming/index.ts';
import { aktoolsURL } from './aktools.ts';
import { contentAddressed } from './database-secrets.ts';
import { MANAGE, type Manifest, type RbacRule, type Target } from './manifest.ts';

export const CONFIG_MAP_RULES: readonly RbacRule[] = [
  {
    apiGroups: [''],
    resources: ['configmaps'],
    verbs: MANAGE,
    why: 'configuration of application and PostgreSQL',
  },
];

/** As the application reads it: what the spec leaves out is the application's to decide. */
function securityConfig({ bodyLimit, ...rest }: SecuritySpec): Record<string, unknown> {
  if (bodyLimit === undefined) return rest;
  return { ...rest, bodyLimitBytes: Math.floor(parseQuantity(bodyLimit) ?? 0) };
}

/** Plain configuration of the application: config.yaml as server, worker and migrate read it. */
export function applicationConfig(target: Target): Manifest {
  const { security, marketData } = target.spec;
  const { provider, symbols, refresh } = marketData;
  const url = aktoolsURL(target);
  const source = url === undefined ? { sample: { path: PATH.sampleData } } : { aktools: { url } };
  const config = {
    marketData: {
      provider,
      ...source,
      ...(symbols ? { symbols } : {}),
      ...(refresh ? { refresh } : {}),
    },
    ...(security ? { security: securityConfig(security) } : {}),
  };
  return contentAddressed(target, 'config', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    data: { 'config.yaml': stringify(config, { lineWidth: 0 }) },
  });
}
