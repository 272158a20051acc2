/** What the operator asked of the API server, counted from the audit log: never from its own word. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly requestReceivedTimestamp: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly name?: string;
  };
  readonly requestURI: string;
  readonly stage: string;
  readonly responseStatus?: { readonly code?: number };
}

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

const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

export const isRead = ({ verb }: AuditedRequest): boolean => READS.has(verb);

/** All requests of the user from `from` until `to`, Leases left out. */
export async function requestsOf(
  auditLog: string,
  user: string,
  from: number,
  to = Number.POSITIVE_INFINITY,
): Promise<AuditedRequest[]> {
  const requests: AuditedRequest[] = [];
  for await (const line of createInterface({ input: createReadStream(auditLog) })) {
    // Cheap first: most lines are of others.
    if (!line.includes(user)) continue;
    const request = parse(line, user);
    if (request && request.resource !== 'leases' && request.at >= from && request.at < to)
      requests.push(request);
  }
  return requests;
}

function parse(line: string, user: string): AuditedRequest | undefined {
  const {
    verb,
    user: by,
    requestReceivedTimestamp,
    objectRef,
    requestURI,
    stage,
    responseStatus,
  }: AuditEvent = JSON.parse(line);
  if (by.username !== user) return undefined;
  // A watch is logged when it opens and once more when it ends.
  if (verb === 'watch' ? stage !== 'ResponseStarted' : stage !== 'ResponseComplete') return undefined;
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
