import { describe, expect, it } from 'vitest';
import type { LiveClaim, LiveEvent } from './live.ts';
import { claimFinding, claimSize, decideClaim } from './volume.ts';

const claim = (phase: string, className: string | undefined, volumeName?: string): LiveClaim => ({
  metadata: { name: 'demo-postgres-data', uid: 'c1', resourceVersion: '7' },
  spec: {
    ...(className ? { storageClassName: className } : {}),
    ...(volumeName ? { volumeName } : {}),
    resources: { requests: { storage: '5Gi' } },
  },
  status: { phase },
});

const decide = (live: LiveClaim | undefined, initialisedOn?: string, storageClassName?: string) =>
  decideClaim({ name: 'demo-postgres-data', live, initialisedOn, storageClassName });

describe('decideClaim', () => {
  it('never replaces a volume that held the database', () => {
    expect(decide(undefined)).toEqual({ action: 'apply' });
    expect(decide(undefined, 'c1')).toMatchObject({
      action: 'refuse',
      finding: { reason: 'VolumeLost', stalled: true },
    });
    const leaving = {
      ...claim('Bound', 'a', 'v'),
      metadata: { name: 'x', uid: 'c1', deletionTimestamp: 'x' },
    };
    expect(decide(leaving, 'c1')).toMatchObject({
      action: 'refuse',
      finding: { reason: 'VolumeTerminating' },
    });
    expect(decide(claim('Bound', 'a', 'v'), 'c0')).toMatchObject({
      action: 'refuse',
      finding: { reason: 'VolumeMismatch' },
    });
    expect(decide(claim('Bound', 'a', 'v'), 'c1', 'b')).toMatchObject({
      action: 'refuse',
      finding: { reason: 'StorageClassImmutable' },
    });
  });

  it('replaces a claim that was never bound when the spec names another class', () => {
    expect(decide(claim('Pending', 'a'), undefined, 'b')).toEqual({
      action: 'replace',
      uid: 'c1',
      resourceVersion: '7',
    });
    expect(decide(claim('Pending', 'a'), undefined, 'a')).toEqual({ action: 'apply' });
  });

  it('asks for no less than what is there', () => {
    expect(claimSize('2Gi', claim('Bound', 'a', 'v'))).toBe('5Gi');
    expect(claimSize('8Gi', claim('Bound', 'a', 'v'))).toBe('8Gi');
    expect(claimSize('2Gi', undefined)).toBe('2Gi');
  });

  it('explains a claim that is not bound by its Events', () => {
    const event: LiveEvent = {
      metadata: { name: 'e', uid: 'e' },
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message: 'storageclass.storage.k8s.io "absent" not found',
    };
    expect(claimFinding('demo-postgres-data', claim('Pending', 'absent'), [event])).toMatchObject({
      reason: 'StorageClassMissing',
      message: expect.stringContaining('"absent"'),
    });
    expect(claimFinding('demo-postgres-data', claim('Pending', 'slow'), [])).toBeUndefined();
    expect(claimFinding('demo-postgres-data', claim('Bound', 'a', 'v'), [event])).toBeUndefined();
  });
});
