export { createStockAnalysisController } from './controller.ts';
