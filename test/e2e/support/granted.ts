/** What the operator's Roles allow, and what of it the audit log shows in use, in one notation: `verb resource.group`. */
import type { AuditEvent } from '../../support/audit.ts';

export interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}

const notation = (verb: string, group: string, resource: string): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}`;

export function grantedBy(rules: readonly Rule[]): ReadonlySet<string> {
  return new Set(
    rules.flatMap(({ apiGroups = [], resources = [], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => notation(verb, group, resource))),
      ),
    ),
  );
}

/** Requests for what is open to every account (discovery, schema) name no resource and need no rule. */
export function usedIn(requests: readonly AuditEvent[]): ReadonlySet<string> {
  return new Set(
    requests.flatMap(({ verb, objectRef }) => {
      if (!objectRef?.resource) return [];
      const { resource, subresource, apiGroup = '' } = objectRef;
      return [notation(verb, apiGroup, subresource ? `${resource}/${subresource}` : resource)];
    }),
  );
}
