import { stringify } from 'yaml';
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

/** Plain configuration of the application: config.yaml as server, worker and migrate read it. */
export function applicationConfig(target: Target): Manifest {
  const { provider, symbols, refresh } = target.spec.marketData;
  const url = aktoolsURL(target);
  const source = url === undefined ? { sample: { path: PATH.sampleData } } : { aktools: { url } };
  const config = {
    marketData: {
      provider,
      ...source,
      ...(symbols ? { symbols } : {}),
      ...(refresh ? { refresh } : {}),
    },
  };
  return contentAddressed(target, 'config', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    data: { 'config.yaml': stringify(config, { lineWidth: 0 }) },
  });
}
