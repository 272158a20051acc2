import { millisecondsOf } from '../api/index.ts';
import { LABEL, type Reason } from '../naming/index.ts';
import { conditionOf, excerpt, type Finding, type LiveContainerStatus, type LivePod } from './live.ts';

const WAITING: Readonly<Record<string, Reason>> = {
  ErrImagePull: 'ImagePullFailed',
  ImagePullBackOff: 'ImagePullFailed',
  ErrImageNeverPull: 'ImagePullFailed',
  RegistryUnavailable: 'ImagePullFailed',
  InvalidImageName: 'InvalidImageName',
  CreateContainerConfigError: 'ContainerConfigError',
  CreateContainerError: 'ContainerConfigError',
  RunContainerError: 'ContainerConfigError',
  CrashLoopBackOff: 'ContainerCrashed',
};

/** What the kubelet puts before the cause between two pulls; without it the text stays the same all the time. */
const BACK_OFF = /^Back-off pulling image "[^"]*"(: )?(ErrImagePull: )?/;

/** How much each finding explains: the first one present is the one to report. */
const SEVERITY: readonly Reason[] = [
  'InvalidImageName',
  'ImagePullFailed',
  'ContainerConfigError',
  'ContainerCrashed',
  'PodUnschedulable',
  'VolumePending',
  'Progressing',
];

/** What keeps one of these pods from becoming ready, the most telling first; undefined where nothing does. */
export function podFinding(pods: readonly LivePod[]): Finding | undefined {
  return pods
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap((pod) => findingsOf(pod))
    .sort((a, b) => SEVERITY.indexOf(a.reason) - SEVERITY.indexOf(b.reason))[0];
}

function findingsOf(pod: LivePod): Finding[] {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const findings = statuses
    .map((status) => containerFinding(pod, status))
    .filter((finding) => finding !== undefined);
  const scheduled = schedulingFinding(pod);
  return scheduled ? [...findings, scheduled] : findings;
}

function containerFinding(pod: LivePod, status: LiveContainerStatus): Finding | undefined {
  const waiting = status.state?.waiting;
  const reason = WAITING[waiting?.reason ?? ''];
  const where = `container ${status.name} of pod ${pod.metadata.name}`;
  if (reason === 'ContainerCrashed' || (status.state?.terminated && status.state.terminated.exitCode !== 0)) {
    return { reason: 'ContainerCrashed', message: `${where} ${lastWords(status)}` };
  }
  if (reason === undefined) return undefined;
  const image =
    reason === 'ImagePullFailed' || reason === 'InvalidImageName' ? `image ${imageOf(pod, status)} of ` : '';
  const said = excerpt(waiting?.message?.replace(BACK_OFF, ''));
  const message = `${image}${where} ${image ? 'cannot be pulled' : `is in ${waiting?.reason}`}${said ? `: ${said}` : ''}`;
  return { reason, message, ...(reason === 'InvalidImageName' ? { stalled: true } : {}) };
}

// The status repeats the reference only after a pull; before that the spec has it.
function imageOf(pod: LivePod, status: LiveContainerStatus): string {
  return pod.spec?.containers?.find(({ name }) => name === status.name)?.image ?? status.image ?? 'unknown';
}

/** "ended with exit code 1: text", from the last run of a container. */
export function lastWords(status: LiveContainerStatus): string {
  const ended = status.state?.terminated ?? status.lastState?.terminated;
  if (!ended) return 'restarts again and again';
  const said = excerpt(ended.message ?? ended.reason);
  return `ended with exit code ${ended.exitCode ?? 'unknown'}${said ? `: ${said}` : ''}`;
}

function schedulingFinding(pod: LivePod): Finding | undefined {
  const scheduled = conditionOf(pod.status?.conditions, 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return undefined;
  const unbound = /unbound immediate PersistentVolumeClaims|persistentvolumeclaim .* not found/i.test(
    scheduled.message ?? '',
  );
  const message = `pod ${pod.metadata.name} is not scheduled: ${excerpt(scheduled.message)}`;
  return { reason: unbound ? 'VolumePending' : 'PodUnschedulable', message };
}

/** What a kubelet says of a container until volumes, network and image are there. */
const NOT_BEGUN: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/**
 * Since when a node has had a pod of which nothing has begun yet, in ms since 1970; undefined for any other pod. The
 * status of such a pod never says what it waits for, only Events do.
 */
export function preparedSince(pod: LivePod): number | undefined {
  const { conditions, phase, initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const scheduled = conditionOf(conditions, 'PodScheduled');
  const hasBegun = [...initContainerStatuses, ...containerStatuses].some(
    ({ state }) => !NOT_BEGUN.has(state?.waiting?.reason ?? ''),
  );
  if (phase !== 'Pending' || scheduled?.status !== 'True' || hasBegun) return undefined;
  if (pod.metadata.deletionTimestamp !== undefined) return undefined;
  return millisecondsOf(scheduled.lastTransitionTime ?? pod.metadata.creationTimestamp);
}

/** Our pods have one container, which carries the name of the component; a service mesh may add others. */
export function mainStatus(pod: LivePod): LiveContainerStatus | undefined {
  const component = pod.metadata.labels?.[LABEL.component];
  return pod.status?.containerStatuses?.find(({ name }) => name === component);
}

/** Last words of the newest failed pod, for a Job that gave up. */
export function failureOf(pods: readonly LivePod[]): string | undefined {
  const failed = pods
    .filter((pod) => pod.status?.phase === 'Failed')
    .sort((a, b) =>
      (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1,
    )[0];
  if (!failed) return undefined;
  const status = mainStatus(failed);
  if (!status)
    return `pod ${failed.metadata.name}: ${excerpt(failed.status?.message ?? failed.status?.reason)}`;
  return `pod ${failed.metadata.name} ${lastWords(status)}`;
}

/** What a container that succeeded left in its termination message, or its log's last lines where it asked for them. */
export function successMessageOf(pods: readonly LivePod[]): string | undefined {
  const succeeded = pods.find((pod) => pod.status?.phase === 'Succeeded');
  const text = succeeded && mainStatus(succeeded)?.state?.terminated?.message;
  return text === undefined ? undefined : excerpt(text, 200);
}
