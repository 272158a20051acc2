/** One cause in a Status, as for a field that did not validate. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface ApiErrorFields {
  /** HTTP status code. */
  readonly status: number;
  /** Status reason, `Conflict`, `NotFound`, …; empty when the answer was no Status object. */
  readonly reason: string;
  /** What the API server said. Never the body of a request. */
  readonly serverMessage: string;
  /** `GET /api/v1/…` */
  readonly request: string;
  readonly details?: StatusDetails | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** The API server answered, and the answer is a refusal. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly serverMessage: string;
  readonly request: string;
  readonly details: StatusDetails | undefined;
  /** How long the server asked to wait, when it did. */
  readonly retryAfterMs: number | undefined;

  constructor(fields: ApiErrorFields) {
    super(`${fields.request}: ${[fields.status, fields.reason].join(' ').trim()}: ${fields.serverMessage}`);
    this.name = 'ApiError';
    this.status = fields.status;
    this.reason = fields.reason;
    this.serverMessage = fields.serverMessage;
    this.request = fields.request;
    this.details = fields.details;
    this.retryAfterMs = fields.retryAfterMs;
  }

  get isUnauthorized(): boolean {
    return this.status === 401;
  }
  get isForbidden(): boolean {
    return this.status === 403;
  }
  get isNotFound(): boolean {
    return this.status === 404;
  }
  /** Lost race: the resourceVersion or the UID is not the stored one, or another field manager owns a field. */
  get isConflict(): boolean {
    return this.status === 409 && this.reason !== 'AlreadyExists';
  }
  get isAlreadyExists(): boolean {
    return this.status === 409 && this.reason === 'AlreadyExists';
  }
  /** The resourceVersion or the continue token is too old: list again. */
  get isExpired(): boolean {
    return this.status === 410 || this.reason === 'Expired' || this.reason === 'Gone';
  }
  /** The object breaks a rule of its schema, or an immutable field was changed. */
  get isInvalid(): boolean {
    return this.status === 422 || this.reason === 'Invalid';
  }
  get isTooManyRequests(): boolean {
    return this.status === 429;
  }
  /** Passing trouble of the server: worth the same request again, later. */
  get isServerTrouble(): boolean {
    return (this.status >= 500 && !this.isInvalid) || this.status === 429;
  }
}

/**
 * No usable answer: refused, reset, timed out. Whether a write was carried out is unknown.
 * `code` is the one of the socket (`ECONNREFUSED`, `UND_ERR_SOCKET`, …) or `DEADLINE`, `IDLE`, `BAD_RESPONSE`.
 */
export class TransportError extends Error {
  readonly code: string;
  readonly request: string;

  constructor(request: string, code: string, message: string, cause?: unknown) {
    super(`${request}: ${message} (${code})`, cause === undefined ? {} : { cause });
    this.name = 'TransportError';
    this.code = code;
    this.request = request;
  }
}
