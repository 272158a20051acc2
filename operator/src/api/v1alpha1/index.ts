export { DEFAULT_STORAGE_SIZE } from './database.ts';
export { managedAKTools } from './market-data.ts';
export { mailServer, smtpPort, type EmailSpec, type NotificationsSpec } from './notifications.ts';
export { cronOrFalse } from './schedule-fields.ts';
export type { TracingSpec } from './tracing.ts';
export type { ResourcesSpec, ValidationRule } from './common.ts';
export { DEFAULT_SECOND_FACTOR, type SecuritySpec } from './security.ts';
export { specSchema, type StockAnalysisSpec } from './spec.ts';
/** @internal */
export type { StockAnalysisSpecInput } from './spec.ts';
export {
  statusSchema,
  type Condition,
  type CredentialNumbers,
  type PinnedImages,
  type StockAnalysisStatus,
} from './status.ts';
export { OBJECT_RULES, parseSpec, type StockAnalysis } from './stockanalysis.ts';
