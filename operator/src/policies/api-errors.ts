import { excerpt, type Finding } from './live.ts';

/** An error answer of the API server, as far as this policy reads it. */
export interface ApiFailure {
  readonly status: number;
  /** Kubernetes' word for the failure; an apply that does not fit the schema is answered 500 but is `Invalid` all the same. */
  readonly reason?: string;
  readonly message: string;
}

/**
 * What a refused write of a child means for the object, undefined where it is a passing trouble that only wants a
 * retry (conflict, overload, time-out).
 */
export function apiFinding(child: string, failure: ApiFailure): Finding | undefined {
  const text = excerpt(failure.message);
  const finding = (reason: Finding['reason'], stalled?: true): Finding => ({
    reason,
    message: `${child}: ${text}`,
    ...(stalled ? { stalled } : {}),
  });
  // Before the status code: a ValidatingAdmissionPolicy answers 422 unless its author says otherwise.
  if (isDenial(text)) return finding('AdmissionDenied');
  if (failure.status === 403) return forbidden(text, finding);
  if (failure.status === 422 || failure.reason === 'Invalid') {
    return /field is immutable|immutable after creation|forbidden: (updates|may not)/i.test(text)
      ? finding('Conflict')
      : finding('InvalidManifest', true);
  }
  if (failure.status === 400 && /admission/i.test(text)) return finding('AdmissionDenied');
  return failure.status === 400 ? finding('InvalidManifest', true) : undefined;
}

/** The words of admission policies and webhooks. */
export function isDenial(text: string): boolean {
  return /denied (the )?request/i.test(text);
}

function forbidden(text: string, finding: (reason: Finding['reason']) => Finding): Finding {
  if (/exceeded quota/i.test(text)) return finding('QuotaExceeded');
  if (/violates PodSecurity/i.test(text)) return finding('PodSecurityDenied');
  if (/being terminated/i.test(text)) return finding('NamespaceTerminating');
  if (/resize|can be resized/i.test(text)) return finding('VolumeResizeRefused');
  if (/cannot (get|list|watch|create|patch|update|delete) resource/i.test(text))
    return finding('OperatorNotPermitted');
  return finding('AdmissionDenied');
}
