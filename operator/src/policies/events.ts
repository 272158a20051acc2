import { isDenial } from './api-errors.ts';
import { excerpt, type Finding, type LiveEvent } from './live.ts';

/** Warnings of the volume binder and of pod-creating controllers, turned into a finding. */
export function eventFinding(object: string, events: readonly LiveEvent[]): Finding | undefined {
  const newest = events
    .filter(
      (event) =>
        event.message !== undefined && (event.type === 'Warning' || event.reason === 'FailedBinding'),
    )
    .sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1))[0];
  if (!newest) return undefined;
  const message = `${object}: ${excerpt(newest.message)}`;
  return { reason: reasonOf(newest), message };
}

function timeOf(event: LiveEvent): string {
  return event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '';
}

function reasonOf(event: LiveEvent): Finding['reason'] {
  const text = event.message ?? '';
  if (/storageclass.*not found|no storage class is set/i.test(text)) return 'StorageClassMissing';
  if (/exceeded quota/i.test(text)) return 'QuotaExceeded';
  if (/violates PodSecurity/i.test(text)) return 'PodSecurityDenied';
  if (/VolumeResizeFailed|ExpandVolume/.test(event.reason ?? '')) return 'VolumeResizeRefused';
  if (/Provisioning|FailedBinding/.test(event.reason ?? '')) return 'VolumePending';
  if (isDenial(text) || /admission webhook/i.test(text)) return 'AdmissionDenied';
  return 'PodCreationFailed';
}
