/** One broken rule of a request: `parameter` is the name the client wrote, `detail` says what is expected. */
export interface ParameterError {
  readonly parameter: string;
  readonly detail: string;
}

/**
 * An expected failure, thrown by services and mapped to `application/problem+json` by one filter.
 * `kind` becomes the last part of the problem's `type`.
 */
export abstract class DomainError extends Error {
  abstract readonly kind: string;
  abstract readonly status: number;
  abstract readonly title: string;
  readonly errors: readonly ParameterError[];

  constructor(detail: string, errors: readonly ParameterError[] = []) {
    super(detail);
    this.name = new.target.name;
    this.errors = errors;
  }
}

export class InvalidParameterError extends DomainError {
  readonly kind = 'invalid-parameter';
  readonly status = 400;
  readonly title = 'Invalid parameter';

  constructor(parameter: string, detail: string) {
    super(`${parameter}: ${detail}`, [{ parameter, detail }]);
  }
}

export class NotFoundError extends DomainError {
  readonly kind = 'not-found';
  readonly status = 404;
  readonly title = 'Not found';
}

export class UnauthorizedError extends DomainError {
  readonly kind = 'unauthorized';
  readonly status = 401;
  readonly title = 'Unauthorized';
}

export class ForbiddenError extends DomainError {
  readonly kind = 'forbidden';
  readonly status = 403;
  readonly title = 'Forbidden';
}

/** Too much was asked for at once; the same may be asked again after `retryAfterSeconds`, a whole number. */
export class TooManyRequestsError extends DomainError {
  readonly kind = 'too-many-requests';
  readonly status = 429;
  readonly title = 'Too many requests';
  readonly retryAfterSeconds: number;

  constructor(detail: string, retryAfterSeconds: number) {
    super(detail);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export class UnavailableError extends DomainError {
  readonly kind = 'unavailable';
  readonly status = 503;
  readonly title = 'Service unavailable';
}

/** Nothing can be said of a symbol yet, not even that it does not exist. */
export class NotLoadedError extends DomainError {
  readonly kind = 'not-loaded';
  readonly status = 503;
  readonly title = 'Market data not loaded yet';
}

export class MethodNotAllowedError extends DomainError {
  readonly kind = 'method-not-allowed';
  readonly status = 405;
  readonly title = 'Method not allowed';
  readonly allowed: readonly string[];

  constructor(method: string, allowed: readonly string[]) {
    super(`${method} is not possible here; there is ${allowed.join(', ')}`);
    this.allowed = allowed;
  }
}

/** Prices were to be adjusted, and the corporate actions that it needs are not known. */
export class FactorsUnknownError extends DomainError {
  readonly kind = 'factors-unknown';
  readonly status = 409;
  readonly title = 'Adjustment factors unknown';
}

/** The symbol is known, and what was asked for of it is not stored. */
export class NotStoredError extends DomainError {
  readonly kind = 'not-loaded';
  readonly status = 404;
  readonly title = 'Not loaded';

  /** @param kind the load that brings them */
  constructor(symbol: string, what: 'daily bars' | 'minute bars', kind: 'history' | 'minutes') {
    const detail = `${symbol} is known, but no ${what} of it are loaded; if the source has them, POST /api/v1/ingestions {"kind": "${kind}", "symbols": ["${symbol}"]} orders them`;
    super(`symbol: ${detail}`, [{ parameter: 'symbol', detail }]);
  }
}

/** What is asked for contradicts what is stored. */
export class ConflictError extends DomainError {
  readonly kind = 'conflict';
  readonly status = 409;
  readonly title = 'Conflict';
}
