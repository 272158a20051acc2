/** The Roles of the operator as the chart grants them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const FOLDER = new URL('../../charts/stock-analysis-operator/generated/', import.meta.url);

export interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

function readRules(name: string): readonly PolicyRule[] {
  const file = fileURLToPath(new URL(name, FOLDER));
  const rules: readonly PolicyRule[] | null = parse(readFileSync(file, 'utf8'));
  if (rules === null || rules.length === 0)
    throw new Error(`${file} holds no list of rules: run make generate`);
  return rules;
}

/** All rules, those of watched namespaces and those of the operator's own: a plan has one namespace for both. */
export function operatorRules(): readonly PolicyRule[] {
  return [...readRules('role-rules.yaml'), ...readRules('own-namespace-rules.yaml')];
}
