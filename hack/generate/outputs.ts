import { apiReference } from './reference.ts';
import { crdYaml } from './crds.ts';
import { operatorDashboardsYaml, operatorRulesYaml } from './monitoring.ts';
import { ownNamespaceRulesYaml, watchedNamespaceRulesYaml } from './roles.ts';

/** Every generated file with its content; paths are relative to the root of the repository. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const crd = crdYaml();
  return new Map([
    ['crds/stockanalysis.dev_stockanalyses.yaml', crd],
    // Helm reads no file outside of a chart, so the chart carries a copy.
    ['charts/stock-analysis-operator/generated/stockanalysis.dev_stockanalyses.yaml', crd],
    ['charts/stock-analysis-operator/generated/role-rules.yaml', watchedNamespaceRulesYaml()],
    ['charts/stock-analysis-operator/generated/own-namespace-rules.yaml', ownNamespaceRulesYaml()],
    ['charts/stock-analysis-operator/generated/operator-rules.yaml', operatorRulesYaml()],
    ['charts/stock-analysis-operator/generated/operator-dashboards.yaml', operatorDashboardsYaml()],
    ['docs/api-reference.md', apiReference()],
  ]);
}
