import { ApiError, TransportError, type StatusDetails } from './errors.ts';

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
  const details = status?.details;
  const message = status?.message ?? (answer.body.slice(0, 200).trim() || 'no message');
  return new ApiError({
    status: answer.status,
    reason: status?.reason ?? '',
    serverMessage: isSecretPath(answer.path) ? withheld(answer.status, message, details) : message.slice(0, MAX_MESSAGE),
    request: answer.request,
    details: isSecretPath(answer.path) ? withoutMessages(details) : details,
    retryAfterMs: retryAfterMs(answer.retryAfter, details, answer.now),
  });
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
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'Status'
    ? (value as Status)
    : undefined;
}

function isSecretPath(path: string): boolean {
  return /^\/api\/v1\/(namespaces\/[^/]+\/)?secrets(\/|$)/.test(path);
}

/**
 * Refusals of a malformed or invalid Secret quote the values they complain about; errors end up in logs, events and
 * conditions. Names of fields are kept. Other refusals (conflict, quota, forbidden) name objects only.
 */
function withheld(status: number, message: string, details: StatusDetails | undefined): string {
  if (status !== 400 && status !== 422) return message.slice(0, MAX_MESSAGE);
  const fields = (details?.causes ?? []).map((cause) => cause.field).filter(Boolean);
  const about = fields.length ? `the fields ${fields.join(', ')} were refused` : 'the request was refused';
  return `${about}; the API server's text is withheld because it may quote the Secret`;
}

function withoutMessages(details: StatusDetails | undefined): StatusDetails | undefined {
  if (!details?.causes) return details;
  return { ...details, causes: details.causes.map(({ message: _message, ...rest }) => rest) };
}

function retryAfterMs(header: string | undefined, details: StatusDetails | undefined, now: number): number | undefined {
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
