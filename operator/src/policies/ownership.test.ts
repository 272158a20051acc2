import { describe, expect, it } from 'vitest';
import { KIND, labelsOf } from '../naming/index.ts';
import type { LiveObject } from './live.ts';
import { describeForeign, ownershipOf } from './ownership.ts';

const OWNER = { name: 'demo', uid: 'uid-2', kind: KIND };
const reference = (uid: string, name = 'demo', kind: string = KIND) => ({
  uid,
  kind,
  name,
  controller: true,
});

function object(
  labels: Record<string, string> | undefined,
  ...ownerReferences: ReturnType<typeof reference>[]
): LiveObject {
  return { metadata: { name: 'demo-server', uid: 'x', ownerReferences, ...(labels ? { labels } : {}) } };
}

const OURS = labelsOf('demo', 'server');

describe('ownershipOf', () => {
  it.each([
    ['our labels and our reference', object(OURS, reference('uid-2')), 'ours'],
    ['our reference without labels', object(undefined, reference('uid-2')), 'ours'],
    ['our labels and no controller', object(OURS), 'adoptable'],
    ['an earlier object of our name', object(OURS, reference('uid-1')), 'earlier'],
    ['our labels under another controller', object(OURS, reference('uid-9', 'web', 'Deployment')), 'foreign'],
    ['another instance', object(labelsOf('other', 'server')), 'foreign'],
    ['labels of another manager', object({ ...OURS, 'app.kubernetes.io/managed-by': 'Helm' }), 'foreign'],
    ['nothing at all', object(undefined), 'foreign'],
  ] as const)('%s', (_, live, expected) => expect(ownershipOf(live, OWNER)).toBe(expected));

  it('says who holds a name', () => {
    expect(describeForeign(object(undefined, reference('u', 'web', 'Deployment')))).toContain(
      'Deployment web',
    );
    expect(describeForeign(object({ 'app.kubernetes.io/managed-by': 'Helm' }))).toContain('Helm');
  });
});
