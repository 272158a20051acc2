export { ExternalSecrets } from './external-secrets.ts';
export { InstalledCRD } from './installed-crd.ts';
export { Leftovers } from './leftovers.ts';
export { createStockAnalysisController, visitAll } from './controller.ts';
