import { describe, expect, it } from 'vitest';
import type { LiveDeployment, LiveStatefulSet } from './live.ts';
import { deploymentState, lacksPod, podInTheWay, statefulSetState } from './workloads.ts';

const DONE = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

function deployment(status: NonNullable<LiveDeployment['status']>): LiveDeployment {
  return { metadata: { name: 'demo-server', uid: 'd', generation: 2 }, spec: { replicas: 2 }, status };
}

function statefulSet(status: NonNullable<LiveStatefulSet['status']>): LiveStatefulSet {
  return { metadata: { name: 'demo-postgres', uid: 's', generation: 1 }, spec: { replicas: 1 }, status };
}

describe('deploymentState', () => {
  it('is done when every replica runs the desired template of the newest generation', () => {
    expect(deploymentState(deployment(DONE), 'demo-server', [])).toEqual({ done: true });
  });

  it.each([{ observedGeneration: 1 }, { updatedReplicas: 1 }, { availableReplicas: 1 }, { replicas: 3 }])(
    'is not done with %o',
    (change) => {
      expect(deploymentState(deployment({ ...DONE, ...change }), 'demo-server', []).done).toBe(false);
    },
  );

  it('reports pods that may not be created', () => {
    const message = 'pods "x" is forbidden: exceeded quota: q';
    const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }];
    const state = deploymentState(deployment({ observedGeneration: 2, conditions }), 'demo-server', []);
    expect(state).toMatchObject({
      finding: { reason: 'QuotaExceeded', message: `Deployment demo-server: ${message}` },
    });
  });
});

describe('statefulSetState', () => {
  const ready = { observedGeneration: 1, readyReplicas: 1, currentRevision: 'a' };

  it('waits for the revision that is asked for', () => {
    expect(statefulSetState(statefulSet({ ...ready, updateRevision: 'a' }), 'demo-postgres', [], [])).toEqual(
      { done: true },
    );
    expect(
      statefulSetState(statefulSet({ ...ready, updateRevision: 'b' }), 'demo-postgres', [], []),
    ).toMatchObject({
      finding: { reason: 'Progressing' },
    });
  });
});

describe('a pod under the name of the one of a StatefulSet', () => {
  const set = statefulSet({ replicas: 0 });
  const standing = (uid: string | undefined, more: object = {}) => ({
    metadata: {
      name: 'demo-postgres-0',
      uid: 'p',
      ownerReferences:
        uid === undefined ? [] : [{ uid, kind: 'ReplicaSet', name: 'web-1', controller: true }],
      ...more,
    },
  });

  it('is looked for where the controller has none', () => {
    expect(lacksPod(set)).toBe(true);
    expect(lacksPod(statefulSet({ replicas: 1 }))).toBe(false);
    expect(lacksPod({ ...set, spec: { replicas: 0 } })).toBe(false);
  });

  it("is somebody else's unless the StatefulSet controls it or it is on its way out", () => {
    expect(podInTheWay(set, standing('other'))).toEqual({
      reason: 'Conflict',
      message:
        'Pod demo-postgres-0 exists and is left alone: it is controlled by ReplicaSet web-1. Rename or delete it',
    });
    expect(podInTheWay(set, standing(undefined))).toMatchObject({ reason: 'Conflict' });
    expect(podInTheWay(set, standing('s'))).toBeUndefined();
    expect(podInTheWay(set, standing('other', { deletionTimestamp: 'x' }))).toBeUndefined();
    expect(podInTheWay(set, undefined)).toBeUndefined();
  });
});
