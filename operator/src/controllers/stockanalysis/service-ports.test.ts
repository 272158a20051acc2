import { describe, expect, it } from 'vitest';
import { serverService } from '../../resources/index.ts';
import { testTarget } from '../../resources/testing/target.ts';
import { hasStrangePort } from './service-ports.ts';

const desired = serverService(testTarget());

function live(...ports: { name: string; port: number; protocol?: string }[]) {
  return { ...desired, metadata: { ...desired.metadata, uid: 'u', resourceVersion: '1' }, spec: { ports } };
}

describe('hasStrangePort', () => {
  it('sees our name on another port or protocol', () => {
    expect(hasStrangePort(desired, live({ name: 'http', port: 81 }))).toBe(true);
    expect(hasStrangePort(desired, live({ name: 'http', port: 80, protocol: 'UDP' }))).toBe(true);
  });

  it('leaves our own port and those of others alone', () => {
    expect(hasStrangePort(desired, live({ name: 'http', port: 80 }, { name: 'extra', port: 81 }))).toBe(
      false,
    );
    expect(
      hasStrangePort(
        { ...desired, kind: 'Deployment' },
        { ...live({ name: 'http', port: 81 }), kind: 'Deployment' },
      ),
    ).toBe(false);
  });
});
