export { ExternalSecrets } from './external-secrets.ts';
export { InstalledCRD } from './installed-crd.ts';
export { KnownManifests } from './known-manifests.ts';
export { Leftovers } from './leftovers.ts';
export { ObjectMetrics } from './object-metrics.ts';
export { OPTIONAL_CHILDREN, createStockAnalysisController, visitAll, watchOptional } from './controller.ts';
export { monitoringKinds } from './types.ts';
