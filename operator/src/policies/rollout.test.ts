import { describe, expect, it } from 'vitest';
import { ANNOTATION } from '../naming/index.ts';
import type { LiveTemplate } from './live.ts';
import { decideRollout, inferLast, rolloutText, type Asked, type LastRollout } from './rollout.ts';

interface Wish {
  readonly log: string;
  readonly replicas: number;
}

/** What operators of two versions make of the same wish. */
const older = ({ spec, images }: Asked): LiveTemplate => template(images['app'] ?? '', (spec as Wish).log);
const newer = (asked: Asked): LiveTemplate => {
  const { spec } = older(asked);
  return { spec: { ...spec, serviceAccountName: 'newer' } };
};

function template(image: string, log: string): LiveTemplate {
  return {
    spec: {
      containers: [{ name: log, image }],
      volumes: [{ name: 'database', secret: { secretName: 'database-1' } }],
    },
  };
}

const asked = (over: Partial<Asked> = {}): Asked => ({
  spec: { log: 'info', replicas: 1 },
  images: { app: 'app:1' },
  credentials: { database: 'abc', bootstrap: 1 },
  ...over,
});

const before = asked();
const last: LastRollout = { asked: before, template: older(before) };
const decide = (now: Asked, known: LastRollout | undefined = last) =>
  decideRollout(known, now, newer(now), newer);

describe('decideRollout', () => {
  it('keeps the template of another operator while nothing else is asked for, and says where they differ', () => {
    expect(decide(before)).toEqual({ template: last.template, last, waitsFor: '.spec.serviceAccountName' });
  });

  it('keeps it where what is asked for changes nothing of the pods', () => {
    expect(decide(asked({ spec: { log: 'info', replicas: 3 } })).template).toEqual(last.template);
  });

  it.each<[string, Partial<Asked>]>([
    ['spec', { spec: { log: 'debug', replicas: 1 } }],
    ['image', { images: { app: 'app:2' } }],
    ['credential', { credentials: { database: 'def', bootstrap: 1 } }],
    ['opt-in', { rollout: '1' }],
  ])('rolls out with a new %s', (_, over) => {
    const now = asked(over);
    expect(decide(now)).toEqual({ template: newer(now), last: { asked: now, template: newer(now) } });
  });

  it('takes an opt-in that is gone, and a credential or an image that the other operator did not know, for no change', () => {
    const known = { ...last, asked: asked({ rollout: '1' }) };
    const now = asked({
      credentials: { database: 'abc', keyring: 7 },
      images: { app: 'app:1', cache: 'cache:1' },
    });
    expect(decide(now, known).template).toEqual(last.template);
  });

  it('keeps nothing where it cannot read what was asked for', () => {
    const now = asked({ spec: { log: 'info', replicas: 3 } });
    const { template: applied, waitsFor } = decideRollout(last, now, newer(now), () => undefined);
    expect([applied, waitsFor]).toEqual([newer(now), undefined]);
  });

  it('writes nothing anew where nothing waits and nothing of the pods has changed', () => {
    const now = asked({ spec: { log: 'info', replicas: 3 } });
    expect(decideRollout(last, now, older(now), older)).toEqual({ template: last.template, last });
  });

  it.each<Partial<Asked>>([{ rollout: '2' }, { credentials: { database: 'abc', bootstrap: 1, keyring: 7 } }])(
    'remembers %j where nothing waits',
    (over) => {
      const now = asked(over);
      const { last: remembered, waitsFor } = decideRollout(last, now, older(now), older);
      expect([remembered, waitsFor]).toEqual([{ asked: now, template: last.template }, undefined]);
    },
  );
});

describe('inferLast', () => {
  const live: LiveTemplate = { spec: { ...older(before).spec, serviceAccountName: 'older' } };

  it('takes the live template for the last one', () => {
    expect(inferLast(asked({ rollout: '1' }), live, newer(before))).toEqual({
      asked: before,
      template: live,
    });
  });

  it('prefers the rendered one where nothing of it is missing', () => {
    expect(inferLast(before, live, older(before))?.template).toEqual(older(before));
  });

  it('does not where the image or a Secret is another one', () => {
    expect(inferLast(before, live, newer(asked({ images: { app: 'app:2' } })))).toBeUndefined();
    const volumes = [{ name: 'database', secret: { secretName: 'database-2' } }];
    expect(inferLast(before, live, { spec: { ...older(before).spec, volumes } })).toBeUndefined();
    expect(inferLast(before, {}, newer(before))).toBeUndefined();
    const keys = (name: string): LiveTemplate => {
      const projected = { sources: [{ secret: { name } }] };
      return { spec: { ...live.spec, volumes: [{ name: 'keyrings', projected }] } };
    };
    expect(inferLast(before, keys('keys-1'), keys('keys-2'))).toBeUndefined();
    expect(inferLast(before, keys('keys-1'), keys('keys-1'))).toBeDefined();
  });

  it('takes a volume that only a newer operator knows for no change of a Secret', () => {
    const volumes = [...(live.spec?.volumes ?? []), { name: 'keyrings', secret: { secretName: 'keys-1' } }];
    expect(inferLast(before, live, { spec: { ...live.spec, volumes } })?.template).toEqual(live);
  });
});

describe('rolloutText', () => {
  it('is the annotation, else the last one', () => {
    expect(rolloutText({ [ANNOTATION.rollout]: 'a'.repeat(100) }, 'x')).toBe('a'.repeat(64));
    expect(rolloutText({}, 'x')).toBe('x');
    expect(rolloutText(undefined, undefined)).toBeUndefined();
  });
});
