import type { AlertCase } from '../alert-case.ts';
import { apiCases } from './api.ts';
import { componentCases } from './components.ts';
import { databaseCases } from './database.ts';
import { marketDataCases } from './market-data.ts';
import { notificationCases } from './notifications.ts';
import { objectCases } from './object.ts';
import { operatorCases } from './operator.ts';
import { processCases } from './processes.ts';
import { reportCases } from './reports.ts';
import { securityCases } from './security.ts';
import { storageCases } from './storage.ts';

/** A feature adds its file beside that of its rules. Budget burns have a test of their own: budget-burn.test.ts. */
export const ALERT_CASES: readonly AlertCase[] = [
  ...apiCases,
  ...databaseCases,
  ...storageCases,
  ...marketDataCases,
  ...processCases,
  ...componentCases,
  ...reportCases,
  ...notificationCases,
  ...securityCases,
  ...objectCases,
  ...operatorCases,
];
