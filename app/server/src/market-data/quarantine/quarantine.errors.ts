import { DomainError } from '../../common/errors.ts';

/** A decision about a row that its data does not allow. */
export class NotReleasableError extends DomainError {
  readonly kind = 'not-releasable';
  readonly status = 409;
  readonly title = 'Row cannot be released';
}
