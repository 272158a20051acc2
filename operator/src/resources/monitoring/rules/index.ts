import type { MonitoringFacts, MonitoringTarget, RuleGroup } from '../types.ts';
import { apiRules } from './api.ts';
import { componentRules } from './components.ts';
import { objectContext, operatorContext, type ObjectRules } from './context.ts';
import { databaseRules } from './database.ts';
import { marketDataRules } from './market-data.ts';
import { notificationRules } from './notifications.ts';
import { objectRules } from './object.ts';
import { operatorRules } from './operator.ts';
import { processRules } from './processes.ts';
import { reportRules } from './reports.ts';
import { securityRules } from './security.ts';
import { sloRules } from './slo.ts';
import { storageRules } from './storage.ts';

/** A feature adds its file and its line here. What it records for others to read comes before them. */
const CONCERNS: readonly ObjectRules[] = [
  sloRules,
  apiRules,
  databaseRules,
  storageRules,
  marketDataRules,
  processRules,
  componentRules,
  reportRules,
  notificationRules,
  securityRules,
  objectRules,
];

/** Rules that hold whether the platform runs or is suspended. */
const WHILE_SUSPENDED: readonly ObjectRules[] = [objectRules];

/**
 * Recording rules and alerts of one object. A suspended one is down because somebody wants it so: what tells of running
 * parts is left out then.
 */
export function alertGroups(target: MonitoringTarget, facts: MonitoringFacts): readonly RuleGroup[] {
  const context = objectContext(target, facts);
  const concerns = target.spec.suspend ? WHILE_SUSPENDED : CONCERNS;
  return concerns.flatMap((rules) => rules(context));
}

/** Alerts on the operator: part of its installation, once. */
export function operatorAlertGroups(facts: MonitoringFacts): readonly RuleGroup[] {
  return operatorRules(operatorContext(facts));
}
