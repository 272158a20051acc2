import { describe, expect, it } from 'vitest';
import { eventFinding, startFinding } from './events.ts';
import type { LiveEvent } from './live.ts';

const event = (message: string, lastTimestamp: string, reason = 'FailedCreate'): LiveEvent => ({
  metadata: { name: message, uid: message },
  type: 'Warning',
  reason,
  message,
  lastTimestamp,
});

describe('eventFinding', () => {
  it('judges the newest warning', () => {
    const events = [
      event('exceeded quota: small', '2026-01-01T00:00:02Z'),
      event('violates PodSecurity "restricted"', '2026-01-01T00:00:01Z'),
    ];
    expect(eventFinding('StatefulSet s', events)).toMatchObject({ reason: 'QuotaExceeded' });
    expect(eventFinding('StatefulSet s', events.slice(1))).toMatchObject({ reason: 'PodSecurityDenied' });
    expect(eventFinding('StatefulSet s', [{ ...event('fine', ''), type: 'Normal' }])).toBeUndefined();
  });
});

describe('startFinding', () => {
  const pod = { metadata: { name: 'demo-server-1', uid: 'p' } };
  const mount = 'MountVolume.SetUp failed for volume "config" : configmap "x" not found';
  const at = (second: number): string => `2026-01-01T00:00:0${second}Z`;
  const failed = event(mount, at(2), 'FailedMount');
  const scheduled: LiveEvent = { ...event('assigned', at(2), 'Scheduled'), type: 'Normal' };
  const pulling: LiveEvent = { ...event('pulling image', at(3), 'Pulling'), type: 'Normal' };

  it('repeats the Warning of the node, also where it came in the second in which the pod was scheduled', () => {
    const found = {
      reason: 'PodStartFailed',
      message: `pod demo-server-1 does not start, FailedMount: ${mount}`,
    };
    expect(startFinding(pod, [scheduled, failed])).toEqual(found);
    expect(startFinding(pod, [failed, scheduled])).toEqual(found);
    expect(startFinding(pod, [failed])).toEqual(found);
  });

  it('says nothing where the node came further since', () => {
    expect(startFinding(pod, [failed, pulling, scheduled])).toBeUndefined();
    expect(startFinding(pod, [scheduled])).toBeUndefined();
    expect(startFinding(pod, [])).toBeUndefined();
  });

  it('prefers the cause to the statement that it took too long', () => {
    const late = event('Unable to attach or mount volumes: context deadline exceeded', at(4), 'FailedMount');
    expect(startFinding(pod, [late, failed])?.message).toContain('not found');
    expect(startFinding(pod, [late])?.message).toContain('deadline');
    expect(startFinding(pod, [late, pulling, failed])?.message).toContain('deadline');
  });
});
