import { dashboardsName } from '../../naming/index.ts';
import { ownedMetadata, type Manifest, type Target } from '../manifest.ts';
import type { Dashboard } from './types.ts';

/** By which the sidecar of Grafana's chart finds ConfigMaps, unless it was told another one. */
const GRAFANA_LABEL = { grafana_dashboard: '1' };

/** All dashboards of one object, as compact as they can be: a ConfigMap takes a mebibyte. */
export function dashboardsConfigMap(target: Target, dashboards: readonly Dashboard[]): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ownedMetadata(target, dashboardsName(target.name), 'monitoring', GRAFANA_LABEL),
    data: Object.fromEntries(dashboards.map(({ fileName, json }) => [fileName, JSON.stringify(json)])),
  };
}
