/** What an account asked of the API server, from the API server's own log and not from anybody's word. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface AuditEvent {
  readonly verb: string;
  readonly stage: string;
  readonly requestReceivedTimestamp: string;
  readonly requestURI: string;
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

export const isWrite = ({ verb }: { readonly verb: string }): boolean => WRITES.has(verb);
export const isLease = ({ objectRef }: AuditEvent): boolean => objectRef?.resource === 'leases';

/** A watch is logged when it opens and once more when it ends: it counts when it opens. */
const COUNTED_STAGE = (verb: string): string => (verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete');

/** The requests of one account that were received in [from, to), in the order of the log. */
export async function requestsOf(
  file: string,
  username: string,
  from: Date,
  to = new Date(8.64e15),
): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
    // Cheap first: most lines are of others.
    if (!line.includes(username)) continue;
    const event = parse(line);
    if (event?.user.username !== username || event.stage !== COUNTED_STAGE(event.verb)) continue;
    const received = new Date(event.requestReceivedTimestamp);
    if (received >= from && received < to) events.push(event);
  }
  return events;
}

/** Undefined for the last line while it is being written. */
function parse(line: string): AuditEvent | undefined {
  try {
    const event: AuditEvent = JSON.parse(line);
    return event;
  } catch {
    return undefined;
  }
}
