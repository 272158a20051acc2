import { stringify } from 'yaml';
import {
  OWN_NAMESPACE_RULES,
  WATCHED_NAMESPACE_RULES,
  type RbacRule,
} from '../../operator/src/resources/index.ts';
import { HEADER } from './crds.ts';

/** Rules of the Role in every namespace whose objects the operator serves. */
export function watchedNamespaceRulesYaml(): string {
  return rulesYaml(WATCHED_NAMESPACE_RULES);
}

/** Rules of the Role in the operator's own namespace. */
export function ownNamespaceRulesYaml(): string {
  return rulesYaml(OWN_NAMESPACE_RULES);
}

/** A YAML list of rules, each under a comment that says why it is needed. */
function rulesYaml(rules: readonly RbacRule[]): string {
  const items = rules.map(({ why, ...rule }) => `# ${why}\n${stringify([rule], { lineWidth: 0 })}`);
  return HEADER + items.join('');
}
