export { InstalledCRD } from './installed-crd.ts';
export { createStockAnalysisController } from './controller.ts';
