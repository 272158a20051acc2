import { describe, expect, it } from 'vitest';
import { OWN_NAMESPACE_RULES, WATCHED_NAMESPACE_RULES } from './rbac.ts';

const ALL = [...WATCHED_NAMESPACE_RULES, ...OWN_NAMESPACE_RULES];

/** What no rule of ours may reach: code in pods, other accounts' rights, nodes and namespaces. */
const FORBIDDEN = new Set([
  'pods/exec',
  'pods/attach',
  'serviceaccounts/token',
  'nodes',
  'namespaces',
  'roles',
  'rolebindings',
  'clusterroles',
]);

describe('the rules of the Role', () => {
  it('hold no wildcard and nothing that would let the operator grow', () => {
    for (const { apiGroups, resources, verbs } of ALL)
      expect([...apiGroups, ...resources, ...verbs]).not.toContain('*');
    expect(ALL.flatMap(({ resources }) => resources).filter((resource) => FORBIDDEN.has(resource))).toEqual(
      [],
    );
    expect(
      ALL.flatMap(({ verbs }) => verbs as readonly string[]).filter((verb) =>
        ['bind', 'escalate', 'impersonate', 'deletecollection'].includes(verb),
      ),
    ).toEqual([]);
  });

  it('name each resource once, with its reason', () => {
    const names = ALL.flatMap(({ apiGroups, resources }) =>
      apiGroups.flatMap((group) => resources.map((name) => `${group}/${name}`)),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const { why } of ALL) expect(why.length).toBeGreaterThan(10);
  });
});
