import type { Dashboard, MonitoringTarget } from '../types.ts';
import { applicationDashboard } from './application.ts';
import { databaseDashboard } from './database.ts';
import { operatorDashboard } from './operator.ts';
import { sloDashboard } from './slo.ts';

/** Dashboards of one object. A feature adds its panels to one of them, or its file and its line here. */
export function dashboards(target: MonitoringTarget): readonly Dashboard[] {
  return [sloDashboard(target), applicationDashboard(target), databaseDashboard(target)];
}

/** Dashboards of the operator: part of its installation, once. */
export function operatorDashboards(): readonly Dashboard[] {
  return [operatorDashboard()];
}
