import { describe, expect, it } from 'vitest';
import { apiFinding } from './api-errors.ts';

describe('apiFinding', () => {
  it.each([
    [403, 'pods "x" is forbidden: exceeded quota: small, requested: count=1', 'QuotaExceeded'],
    [
      403,
      'secrets is forbidden: User "op" cannot create resource "secrets" in API group ""',
      'OperatorNotPermitted',
    ],
    [
      403,
      'unable to create new content in namespace x because it is being terminated',
      'NamespaceTerminating',
    ],
    [
      403,
      'only dynamically provisioned pvc can be resized and the storageclass must support resize',
      'VolumeResizeRefused',
    ],
    [403, 'ValidatingAdmissionPolicy "p" with binding "b" denied request: no', 'AdmissionDenied'],
    [
      422,
      "services \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no",
      'AdmissionDenied',
    ],
    [400, 'admission webhook "w" denied the request: no', 'AdmissionDenied'],
    [422, 'Deployment.apps "x" is invalid: spec.template: Invalid value', 'InvalidManifest'],
  ] as const)('%d %s', (status, message, reason) => {
    expect(apiFinding('Secret x', { status, message })).toMatchObject({
      reason,
      message: expect.stringContaining('Secret x'),
    });
  });

  it.each([409, 429, 500, 503])('leaves %d to a retry', (status) =>
    expect(apiFinding('x', { status, message: 'm' })).toBeUndefined(),
  );

  it('takes an apply that does not fit the schema for invalid although it is answered 500', () => {
    expect(
      apiFinding('Service x', { status: 500, reason: 'Invalid', message: 'field not declared' }),
    ).toMatchObject({
      reason: 'InvalidManifest',
      stalled: true,
    });
  });
});
