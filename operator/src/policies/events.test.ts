import { describe, expect, it } from 'vitest';
import { eventFinding } from './events.ts';
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
