import { isDenial } from './api-errors.ts';
import { excerpt, type Finding, type LiveEvent, type LiveObject } from './live.ts';

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

/** Says no more than that it took too long; what took so long stands in another Event. */
const BARE_TIMEOUT = /^Unable to attach or mount volumes/;

/**
 * What keeps a node from starting a pod: its Warnings since the last Event that tells of something done, for what was in
 * the way before that is not any more.
 */
export function startFinding(pod: LiveObject, events: readonly LiveEvent[]): Finding | undefined {
  const newestFirst = events
    .filter(({ message }) => message !== undefined)
    .toSorted((a, b) => compare(timeOf(b), timeOf(a)) || Number(isWarning(b)) - Number(isWarning(a)));
  const lastDone = newestFirst.findIndex((event) => !isWarning(event));
  const warnings = lastDone === -1 ? newestFirst : newestFirst.slice(0, lastDone);
  const told = warnings.find(({ message = '' }) => !BARE_TIMEOUT.test(message)) ?? warnings[0];
  if (!told) return undefined;
  const message = `pod ${pod.metadata.name} does not start, ${told.reason ?? 'Warning'}: ${excerpt(told.message)}`;
  return { reason: 'PodStartFailed', message };
}

const isWarning = ({ type }: LiveEvent): boolean => type === 'Warning';

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

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
