import { stringify } from 'yaml';
import { operatorAlertGroups, operatorDashboards } from '../../operator/src/resources/index.ts';
import { HEADER } from './crds.ts';

/** What the chart fills in: of the release nothing is known here. */
const MARKS = { operatorNamespace: '__NAMESPACE__', runbookBaseURL: '__RUNBOOKS__/' } as const;

const yaml = (value: unknown): string =>
  HEADER + stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });

/** `spec` of the operator's own PrometheusRule. */
export function operatorRulesYaml(): string {
  return yaml({ groups: operatorAlertGroups(MARKS) });
}

/** `data` of the ConfigMap with its dashboards. */
export function operatorDashboardsYaml(): string {
  return yaml(
    Object.fromEntries(operatorDashboards().map(({ fileName, json }) => [fileName, JSON.stringify(json)])),
  );
}
