import type { Principal } from '../common/access.ts';
import type { RequestContext } from '../common/request-context.ts';
import { auditDetails, auditText, type Details, type Json } from './details.ts';

export const AUDIT_OUTCOMES = ['success', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** Something that somebody did, or was not let do. Ids only: no names and e-mail addresses of users, no secrets. */
export interface AuditEvent {
  /** `object.verb` in lower case, as `api-key.revoke`. */
  readonly action: string;
  /** What it was done to; no id where there is only one, or none yet. */
  readonly object: { readonly kind: string; readonly id?: string | undefined };
  /** Default `success`. `refused`: not allowed; `failed`: allowed, and it did not work. */
  readonly outcome?: AuditOutcome | undefined;
  /** The fields that the action changes, before it. */
  readonly before?: Details | undefined;
  /** The fields that it changed or was given. */
  readonly after?: Details | undefined;
  /** Why, in the words of whoever did it. */
  readonly reason?: string | undefined;
  /** Who it was, where the request itself has just shown it, as signing in does; else the request's principal. */
  readonly actor?: Principal | undefined;
}

const LONGEST_REASON = 1_000;
const LONGEST_WORD = 200;

/** `via`: the session or the API key that spoke for the user. */
function actorOf(principal: Principal | undefined, request: RequestContext | undefined): Json {
  if (principal === undefined) return { kind: request === undefined ? 'system' : 'anonymous' };
  const { kind, userId, role } = principal;
  return { kind, id: userId, role, via: kind === 'session' ? principal.sessionId : principal.keyId };
}

/**
 * The record of an event as JSON text; number and time come from the database.
 * @param request undefined: the platform itself does it
 * @throws SecretFieldError when `secretFields` is 'refuse' and a field is named like a secret
 */
export function recordText(
  event: AuditEvent,
  request: RequestContext | undefined,
  secretFields: 'refuse' | 'replace',
): string {
  const { action, object, outcome = 'success', before, after, reason, actor } = event;
  const word = (text: string | undefined): string | undefined => text && auditText(text, LONGEST_WORD);
  // The keys are always in this order, and JSON leaves out what is undefined.
  return JSON.stringify({
    action,
    outcome,
    actor: actorOf(actor ?? request?.principal, request),
    object: { kind: object.kind, id: word(object.id) },
    address: word(request?.address),
    userAgent: word(request?.userAgent),
    requestId: word(request?.requestId),
    before: before && auditDetails(before, secretFields),
    after: after && auditDetails(after, secretFields),
    reason: reason && auditText(reason, LONGEST_REASON),
  });
}
