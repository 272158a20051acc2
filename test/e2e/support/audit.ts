import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface AuditEvent {
  readonly verb: string;
  readonly stage: string;
  readonly stageTimestamp: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly subresource?: string;
    readonly apiGroup?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

export const isWrite = (event: AuditEvent): boolean => WRITES.has(event.verb);
export const isLease = (event: AuditEvent): boolean => event.objectRef?.resource === 'leases';

/** The finished requests of one account since a moment, in the order of the log. */
export async function requestsOf(file: string, username: string, since: Date): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
    if (!line.includes(username)) continue;
    let event: AuditEvent;
    try {
      event = JSON.parse(line) as AuditEvent;
    } catch {
      continue; // the last line may still be being written
    }
    if (event.stage !== 'ResponseComplete' || event.user.username !== username) continue;
    if (new Date(event.stageTimestamp) >= since) events.push(event);
  }
  return events;
}
