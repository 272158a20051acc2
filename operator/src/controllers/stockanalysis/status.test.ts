import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statusSchema, type StockAnalysisStatus } from '../../api/index.ts';
import { CONDITION_TYPES } from '../../naming/index.ts';
import {
  aggregateStatus,
  changesOf,
  fails,
  holds,
  openGeneration,
  overallStatus,
  statusDiffers,
  type Observations,
  type Verdict,
} from './status.ts';

const T0 = new Date('2026-11-23T12:00:00.500Z');
const T1 = new Date('2026-11-23T12:05:00Z');

const GOOD: Observations = {
  database: holds('ok'),
  schema: holds('ok'),
  workloads: holds('ok'),
  dataSource: holds('ok', 'NotRequested'),
  monitoring: holds('ok'),
  credentials: holds('ok', 'NotRequested'),
  pendingRollout: [],
  warnings: [],
  fields: { endpoints: { http: 'http://demo.ns.svc' }, replicas: 2, selector: 'a=b' },
};

/** kstatus, as far as it applies to a custom resource with these conditions. */
function kstatus(status: StockAnalysisStatus, generation: number): 'Current' | 'InProgress' | 'Failed' {
  const get = (type: string) => status.conditions?.find((condition) => condition.type === type)?.status;
  if (status.observedGeneration !== generation) return 'InProgress';
  if (get('Stalled') === 'True') return 'Failed';
  if (get('Reconciling') === 'True') return 'InProgress';
  return get('Ready') === 'True' ? 'Current' : 'InProgress';
}

const condition = (status: StockAnalysisStatus, type: string) =>
  status.conditions?.find((one) => one.type === type);

const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.constant(holds('ok')),
  fc.constant(fails({ reason: 'Progressing', message: 'on its way' })),
  fc.constant(fails({ reason: 'InvalidImageName', message: 'bad', stalled: true })),
);
const parts = fc.record({ database: verdict, schema: verdict, workloads: verdict, credentials: verdict });

describe('aggregateStatus', () => {
  it('keeps what was last known of a rollout where not every workload could be looked at', () => {
    const { conditions = [] } = aggregateStatus(
      undefined,
      3,
      { ...GOOD, pendingRollout: ['Deployment a'] },
      T0,
    );
    const unknowing = { ...GOOD, pendingRollout: undefined };
    const known = aggregateStatus({ conditions }, 4, unknowing, T1);
    expect(condition(known, 'PendingRollout')).toEqual(condition({ conditions }, 'PendingRollout'));
    expect(condition(known, 'PendingRollout')).toMatchObject({ status: 'True', observedGeneration: 3 });
    const first = condition(aggregateStatus(undefined, 4, unknowing, T1), 'PendingRollout');
    expect(first).toMatchObject({ status: 'Unknown', reason: 'Reconciling', observedGeneration: 4 });
  });

  it('has every condition, with the generation on each, in the shape of the CRD', () => {
    const status = aggregateStatus(undefined, 3, GOOD, T0);
    expect(status.conditions?.map(({ type }) => type)).toEqual(CONDITION_TYPES);
    expect(new Set(status.conditions?.map(({ observedGeneration }) => observedGeneration))).toEqual(
      new Set([3]),
    );
    expect(statusSchema.parse(status)).toEqual(status);
    expect(condition(status, 'Ready')).toMatchObject({
      status: 'True',
      reason: 'Available',
      lastTransitionTime: '2026-11-23T12:00:00Z',
    });
  });

  it('never contradicts itself (kstatus)', () => {
    fc.assert(
      fc.property(parts, (found) => {
        const observed = { ...GOOD, ...found };
        const status = aggregateStatus(undefined, 1, observed, T0);
        const gates = [observed.credentials, observed.database, observed.schema, observed.workloads];
        const pending = gates.filter((part) => part.status !== 'True');
        const first = pending.find(({ reason }) => reason !== 'Progressing') ?? pending[0];
        const expected = first === undefined ? 'Current' : first.stalled ? 'Failed' : 'InProgress';
        expect(kstatus(status, 1)).toBe(expected);
        expect(condition(status, 'Ready')).toMatchObject({
          status: first ? 'False' : 'True',
          reason: first?.reason ?? 'Available',
        });
        expect([condition(status, 'Reconciling')?.status, condition(status, 'Stalled')?.status]).not.toEqual([
          'True',
          'True',
        ]);
      }),
    );
  });

  it('moves lastTransitionTime only with the status', () => {
    const before = aggregateStatus(undefined, 1, GOOD, T0);
    const same = aggregateStatus(before, 1, GOOD, T1);
    expect(statusDiffers(before, same)).toBe(false);
    const worse = aggregateStatus(
      before,
      1,
      { ...GOOD, workloads: fails({ reason: 'Progressing', message: '1 of 2' }) },
      T1,
    );
    expect(condition(worse, 'Ready')?.lastTransitionTime).toBe('2026-11-23T12:05:00Z');
    expect(condition(worse, 'DatabaseReady')?.lastTransitionTime).toBe('2026-11-23T12:00:00Z');
  });

  it('keeps what was said of monitoring until somebody could look', () => {
    const before = aggregateStatus(undefined, 1, GOOD, T0);
    const unknown = aggregateStatus(before, 1, { ...GOOD, monitoring: undefined }, T1);
    expect(statusDiffers(before, unknown)).toBe(false);
    const first = aggregateStatus(undefined, 1, { ...GOOD, monitoring: undefined }, T0);
    expect(condition(first, 'MonitoringReady')?.status).toBe('Unknown');
  });

  it('keeps the fuller text of the same trouble', () => {
    const told = (message: string): Observations => ({
      ...GOOD,
      workloads: fails({ reason: 'ImagePullFailed', message }),
    });
    const before = aggregateStatus(undefined, 1, told('image a cannot be pulled: not found'), T0);
    expect(statusDiffers(before, aggregateStatus(before, 1, told('image a cannot be pulled'), T1))).toBe(
      false,
    );
    expect(statusDiffers(before, aggregateStatus(before, 1, told('image b cannot be pulled'), T1))).toBe(
      true,
    );
  });

  it('reports newer defaults without touching Ready', () => {
    const status = aggregateStatus(undefined, 1, { ...GOOD, pendingRollout: ['app: a -> b'] }, T0);
    expect(condition(status, 'PendingRollout')).toMatchObject({
      status: 'True',
      reason: 'DefaultsChanged',
      message: expect.stringContaining('app: a -> b'),
    });
    expect(condition(status, 'Ready')?.status).toBe('True');
  });
});

describe('openGeneration', () => {
  it('has all conditions on the first visit and claims nothing', () => {
    const status = openGeneration(undefined, 1, {}, T0);
    expect(status.conditions?.map(({ type }) => type)).toEqual(CONDITION_TYPES);
    expect(kstatus(status, 1)).toBe('InProgress');
    expect(condition(status, 'Ready')).toMatchObject({
      status: 'Unknown',
      reason: 'Reconciling',
      observedGeneration: 1,
    });
    expect(condition(status, 'DatabaseReady')?.status).toBe('Unknown');
  });

  it('takes Ready back at once for a new generation, and marks what was judged before as such', () => {
    const before = aggregateStatus(undefined, 1, GOOD, T0);
    const status = openGeneration(before, 2, GOOD.fields, T1);
    expect(condition(status, 'Ready')).toMatchObject({ status: 'Unknown', observedGeneration: 2 });
    expect(condition(status, 'DatabaseReady')).toMatchObject({ status: 'True', observedGeneration: 1 });
    expect(kstatus(status, 2)).toBe('InProgress');
  });

  it('changes no condition where the generation is the same', () => {
    const before = aggregateStatus(undefined, 1, GOOD, T0);
    expect(openGeneration(before, 1, GOOD.fields, T1).conditions).toEqual(before.conditions);
  });
});

describe('overallStatus', () => {
  it('fails as a whole and keeps the parts and fields', () => {
    const before = aggregateStatus(undefined, 1, GOOD, T0);
    const status = overallStatus(
      before,
      2,
      fails({ reason: 'InvalidSpec', message: 'spec.x: no', stalled: true }),
      T1,
    );
    expect(kstatus(status, 2)).toBe('Failed');
    expect(status.endpoints).toEqual(before.endpoints);
    expect(
      statusDiffers(
        status,
        overallStatus(status, 2, fails({ reason: 'InvalidSpec', message: 'spec.x: no', stalled: true }), T1),
      ),
    ).toBe(false);
  });
});

describe('changesOf', () => {
  it('names what differs and nothing else', () => {
    const before = aggregateStatus(undefined, 3, GOOD, T0);
    const after = aggregateStatus(
      before,
      3,
      {
        ...GOOD,
        database: fails({ reason: 'DatabaseUnreachable', message: 'no answer' }),
        fields: { ...GOOD.fields, replicas: 1 },
      },
      T1,
    );
    expect(changesOf(before, after)).toEqual([
      'Ready=False DatabaseUnreachable',
      'Reconciling=True DatabaseUnreachable',
      'Stalled=False Progressing',
      'DatabaseReady=False DatabaseUnreachable',
      'replicas',
    ]);
    expect(changesOf(after, after)).toEqual([]);
  });
});
