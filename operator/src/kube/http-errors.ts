import { ApiError, TransportError, type StatusDetails } from './errors.ts';
import { isRecord } from './wire.ts';

const MAX_MESSAGE = 2_000;

interface Answer {
  readonly request: string;
  readonly path: string;
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
  /** Wall clock, for a Retry-After that is a date. */
  readonly now: number;
}

/** The refusal in an HTTP answer of 400 and above; the body is a Status object, or whatever a proxy wrote. */
export function apiErrorOf(answer: Answer): ApiError {
  const status = parseStatus(answer.body);
  const message = (status?.message ?? (answer.body.trim() || 'no message')).slice(0, MAX_MESSAGE);
  const secret = isSecretPath(answer.path) && !NAMES_ONLY.has(answer.status);
  return new ApiError({
    status: answer.status,
    reason: status?.reason ?? (isTypedPatchFailure(message) ? 'Invalid' : ''),
    serverMessage: secret ? withheld(message, status?.details) : message,
    request: answer.request,
    details: secret ? withoutMessages(status?.details) : status?.details,
    retryAfterMs: retryAfterMs(answer.retryAfter, status?.details, answer.now),
  });
}

/** A server-side apply whose body does not fit the schema is answered with 500 and no reason (measured on 1.34). */
function isTypedPatchFailure(message: string): boolean {
  return message.startsWith('failed to create typed patch object');
}

/** A Status object inside a watch stream. */
export function apiErrorOfStatus(request: string, object: unknown): ApiError {
  const status = asStatus(object);
  const details = status?.details;
  return new ApiError({
    status: status?.code ?? 500,
    reason: status?.reason ?? '',
    serverMessage: (status?.message ?? 'an error without a message').slice(0, MAX_MESSAGE),
    request,
    details,
    retryAfterMs: retryAfterMs(undefined, details, 0),
  });
}

interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: StatusDetails;
}

function parseStatus(body: string): Status | undefined {
  try {
    return asStatus(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function asStatus(value: unknown): Status | undefined {
  return isRecord(value) && value['kind'] === 'Status' ? value : undefined;
}

function isSecretPath(path: string): boolean {
  return /^\/api\/v1\/(namespaces\/[^/]+\/)?secrets(\/|$)/.test(path);
}

/** Refusals that name objects and fields but quote no values: access, absence, conflict, size, overload. */
const NAMES_ONLY = new Set([401, 403, 404, 405, 409, 410, 413, 429, 503, 504]);

/**
 * All other refusals of a Secret may quote the values they complain about (measured: 400, 422, and 500 for an apply
 * that does not fit the schema), and errors end up in logs, events and conditions. Names of fields are kept.
 */
function withheld(message: string, details: StatusDetails | undefined): string {
  const fields = (details?.causes ?? []).map((cause) => cause.field).filter(Boolean);
  const refused = fields.length ? `the fields ${fields.join(', ')} were refused` : 'the request was refused';
  const about = denialIn(message) ?? refused;
  return `${about}; the API server's text is withheld because it may quote the Secret`;
}

/** Which admission rule denied the request; its own words may quote what it looked at. */
function denialIn(message: string): string | undefined {
  const rule =
    /(ValidatingAdmissionPolicy '[^']{1,253}' with binding '[^']{1,253}'|admission webhook "[^"]{1,253}") denied (the )?request/;
  return rule.exec(message)?.[0];
}

function withoutMessages(details: StatusDetails | undefined): StatusDetails | undefined {
  if (!details?.causes) return details;
  return { ...details, causes: details.causes.map(({ message: _message, ...rest }) => rest) };
}

function retryAfterMs(
  header: string | undefined,
  details: StatusDetails | undefined,
  now: number,
): number | undefined {
  if (header !== undefined) {
    const seconds = Number(header);
    if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000;
    const date = Date.parse(header);
    if (!Number.isNaN(date)) return Math.max(0, date - now);
  }
  const seconds = details?.retryAfterSeconds;
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined;
}

/** The innermost error code, as undici wraps what the socket said. */
export function transportErrorOf(request: string, error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  let code = '';
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const own = (cause as { code?: unknown }).code;
    if (typeof own === 'string') code = own;
  }
  const message = error instanceof Error && error.message ? error.message : 'the connection failed';
  return new TransportError(request, code || 'UNKNOWN', message, error);
}

const LOST_CONNECTION = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** The server closed a pooled connection just as we used it. */
export function isLostConnection(error: unknown): boolean {
  return error instanceof TransportError && LOST_CONNECTION.has(error.code);
}
