/** What the operator asked of the API server, counted from the audit log: never from its own word. */
import { isWrite, requestsOf as auditedRequestsOf, type AuditEvent } from '../support/audit.ts';

/** One request. A watch is one at the moment when it is opened. */
export interface AuditedRequest {
  readonly verb: string;
  /** `secrets`, `stockanalyses/status`, …; the path of what is no resource. */
  readonly resource: string;
  readonly name: string;
  readonly status: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export const isRead = (request: AuditedRequest): boolean => !isWrite(request);

/** All requests of the user from `from` until `to`, in milliseconds since the epoch; Leases left out. */
export async function requestsOf(
  auditLog: string,
  user: string,
  from: number,
  to?: number,
): Promise<AuditedRequest[]> {
  const until = to === undefined ? undefined : new Date(to);
  const events = await auditedRequestsOf(auditLog, user, new Date(from), until);
  return events.map(toRequest).filter(({ resource }) => resource !== 'leases');
}

function toRequest(event: AuditEvent): AuditedRequest {
  const { verb, requestReceivedTimestamp, objectRef, requestURI, responseStatus } = event;
  const { resource = requestURI, subresource, name = '' } = objectRef ?? {};
  return {
    verb,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    name,
    status: responseStatus?.code ?? 0,
    at: Date.parse(requestReceivedTimestamp),
  };
}

export interface Tally {
  readonly requests: number;
  /** Objects that were created, Events left out. */
  readonly children: number;
  readonly statusWrites: number;
  /** `verb resource` to number, most frequent first. */
  readonly byKind: ReadonlyMap<string, number>;
}

export function tally(requests: readonly AuditedRequest[]): Tally {
  const counts = new Map<string, number>();
  for (const { verb, resource } of requests) {
    const key = `${verb} ${resource}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const created = requests.filter(({ verb, status }) => verb === 'create' && status === 201);
  return {
    requests: requests.length,
    children: created.filter(({ resource }) => resource !== 'events').length,
    statusWrites: counts.get('patch stockanalyses/status') ?? 0,
    byKind: new Map([...counts].sort(([, a], [, b]) => b - a)),
  };
}
