import { DomainError } from '../common/errors.ts';

/** A user has as many secrets as one may have. */
export class TooManySecretsError extends DomainError {
  readonly kind = 'too-many-secrets';
  readonly status = 409;
  readonly title = 'Too many secrets';
}
