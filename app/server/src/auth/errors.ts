import { DomainError } from '../common/errors.ts';

/** Name and password are right; the code of the second factor is missing. */
export class SecondFactorRequiredError extends DomainError {
  readonly kind = 'second-factor-required';
  readonly status = 401;
  readonly title = 'Second factor required';
}

/** What a code would be compared with cannot be read: the key that it was sealed with is gone. */
export class SecondFactorUnreadableError extends DomainError {
  readonly kind = 'second-factor-unreadable';
  readonly status = 409;
  readonly title = 'Second factor cannot be checked';
}

/** A sensitive action of somebody whose password was given too long ago. */
export class StepUpRequiredError extends DomainError {
  readonly kind = 'step-up-required';
  readonly status = 403;
  readonly title = 'Password required again';
}

export class PasswordChangeRequiredError extends DomainError {
  readonly kind = 'password-change-required';
  readonly status = 403;
  readonly title = 'Password change required';
}

/** Of the account a second factor is asked, and it has none. */
export class SecondFactorSetupRequiredError extends DomainError {
  readonly kind = 'second-factor-setup-required';
  readonly status = 403;
  readonly title = 'Second factor has to be set up';
}

/** A request with a session's cookie that the page of this server did not send. */
export class CsrfTokenError extends DomainError {
  readonly kind = 'csrf-token';
  readonly status = 403;
  readonly title = 'CSRF token missing or wrong';
}
