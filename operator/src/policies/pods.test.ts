import { describe, expect, it } from 'vitest';
import type { LiveContainerStatus, LivePod } from './live.ts';
import { failureOf, podFinding, preparedSince, successMessageOf } from './pods.ts';

const LABELS = { 'app.kubernetes.io/component': 'server' };

function pod(name: string, status: LivePod['status'], image = 'registry.example/app:9'): LivePod {
  return {
    metadata: { name, uid: name, labels: LABELS },
    spec: { containers: [{ name: 'server', image }] },
    status: status ?? {},
  };
}
const waiting = (reason: string, message?: string): LiveContainerStatus => ({
  name: 'server',
  state: { waiting: { reason, ...(message ? { message } : {}) } },
});
const ended = (exitCode: number, message?: string): LiveContainerStatus => ({
  name: 'server',
  state: { terminated: { exitCode, ...(message ? { message } : {}) } },
});
const unscheduled = (message: string): LivePod['status'] => ({
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
});

describe('podFinding', () => {
  it('names image, container and pod of a failed pull, in the same words between two pulls', () => {
    const cause = 'failed to resolve reference: not found';
    const pulling = podFinding([
      pod('demo-server-1', { containerStatuses: [waiting('ErrImagePull', cause)] }),
    ]);
    const resting = podFinding([
      pod('demo-server-1', {
        containerStatuses: [
          waiting(
            'ImagePullBackOff',
            `Back-off pulling image "registry.example/app:9": ErrImagePull: ${cause}`,
          ),
        ],
      }),
    ]);
    expect(pulling).toEqual(resting);
    expect(pulling).toEqual({
      reason: 'ImagePullFailed',
      message: `image registry.example/app:9 of container server of pod demo-server-1 cannot be pulled: ${cause}`,
    });
  });

  it('takes a malformed image for something only the spec can mend', () => {
    expect(podFinding([pod('p', { containerStatuses: [waiting('InvalidImageName')] })])).toMatchObject({
      reason: 'InvalidImageName',
      stalled: true,
    });
  });

  it('quotes the last words of a container that crashes', () => {
    const status = {
      ...waiting('CrashLoopBackOff'),
      lastState: { terminated: { exitCode: 1, message: 'no such\n file' } },
    };
    expect(podFinding([pod('p', { containerStatuses: [status] })])).toEqual({
      reason: 'ContainerCrashed',
      message: 'container server of pod p ended with exit code 1: no such file',
    });
  });

  it('reports a missing Secret, an unschedulable pod, an unbound volume', () => {
    expect(
      podFinding([
        pod('p', { containerStatuses: [waiting('CreateContainerConfigError', 'secret "x" not found')] }),
      ]),
    ).toMatchObject({ reason: 'ContainerConfigError' });
    expect(podFinding([pod('p', unscheduled('0/1 nodes are available: 1 Insufficient cpu.'))])).toMatchObject(
      { reason: 'PodUnschedulable', message: expect.stringContaining('Insufficient cpu') },
    );
    expect(
      podFinding([pod('p', unscheduled('pod has unbound immediate PersistentVolumeClaims'))]),
    ).toMatchObject({ reason: 'VolumePending' });
  });

  it('prefers what explains more, and ignores pods on their way out', () => {
    const image = pod('b', { containerStatuses: [waiting('ImagePullBackOff')] });
    const leaving = {
      ...pod('a', { containerStatuses: [waiting('InvalidImageName')] }),
      metadata: { name: 'a', uid: 'a', deletionTimestamp: 'x' },
    };
    expect(podFinding([pod('c', unscheduled('no')), leaving, image])?.reason).toBe('ImagePullFailed');
    expect(podFinding([pod('c', { containerStatuses: [waiting('ContainerCreating')] })])).toBeUndefined();
  });
});

describe('preparedSince', () => {
  const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:05Z' };
  const status = { phase: 'Pending', conditions: [scheduled] };
  const creating = waiting('ContainerCreating');
  const initializing = waiting('PodInitializing');

  it('is when the node got a pod of which nothing has begun', () => {
    const since = Date.parse(scheduled.lastTransitionTime);
    expect(preparedSince(pod('p', status))).toBe(since);
    expect(preparedSince(pod('p', { ...status, containerStatuses: [creating] }))).toBe(since);
    const both = { containerStatuses: [initializing], initContainerStatuses: [initializing] };
    expect(preparedSince(pod('p', { ...status, ...both }))).toBe(since);
  });

  it.each([
    ['that no node has', { phase: 'Pending', conditions: [{ ...scheduled, status: 'False' }] }],
    [
      'of which something has run',
      { ...status, initContainerStatuses: [ended(0)], containerStatuses: [initializing] },
    ],
    ['whose image is not there', { ...status, containerStatuses: [waiting('ImagePullBackOff')] }],
    ['that runs', { ...status, phase: 'Running' }],
  ])('is not said of a pod %s', (_, of) => expect(preparedSince(pod('p', of))).toBeUndefined());

  it('is not said of a pod on its way out', () => {
    const metadata = { name: 'p', uid: 'p', deletionTimestamp: 'x' };
    expect(preparedSince({ ...pod('p', status), metadata })).toBeUndefined();
  });
});

describe('pods of a Job', () => {
  it('tell why the newest failed and what the successful one said', () => {
    const old = {
      ...pod('old', { phase: 'Failed', containerStatuses: [ended(1, 'old')] }),
      metadata: { name: 'old', uid: 'o', labels: LABELS, creationTimestamp: '2026-01-01T00:00:00Z' },
    };
    const recent = {
      ...pod('new', { phase: 'Failed', containerStatuses: [ended(3, 'lock timeout')] }),
      metadata: { name: 'new', uid: 'n', labels: LABELS, creationTimestamp: '2026-01-01T00:01:00Z' },
    };
    expect(failureOf([old, recent])).toBe('pod new ended with exit code 3: lock timeout');
    expect(failureOf([])).toBeUndefined();
    const sidecar = { name: 'istio-proxy', state: { terminated: { exitCode: 0, message: 'proxy' } } };
    const meshed = pod('m', { phase: 'Failed', containerStatuses: [sidecar, ended(3, 'lock timeout')] });
    expect(failureOf([meshed])).toBe('pod m ended with exit code 3: lock timeout');
    expect(
      successMessageOf([
        pod('p', { phase: 'Succeeded', containerStatuses: [ended(0, '1700000000001 Initial')] }),
      ]),
    ).toBe('1700000000001 Initial');
  });
});
