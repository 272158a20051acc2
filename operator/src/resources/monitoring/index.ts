export { alertGroups, operatorAlertGroups } from './rules/index.ts';
export { dashboards, operatorDashboards } from './dashboards/index.ts';
export * from './dashboard-objects.ts';
export * from './facts.ts';
export * from './rbac.ts';
export * from './rule-objects.ts';
export { podMonitor } from './scraping.ts';
export { PROMETHEUS_OPERATOR, type RuleGroup } from './types.ts';
