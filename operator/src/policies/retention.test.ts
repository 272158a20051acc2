import { describe, expect, it } from 'vitest';
import { LABEL } from '../naming/index.ts';
import type { LiveJob, LiveObject } from './live.ts';
import { mountedContent, mountedNames, obsoleteContent, obsoleteJobs } from './retention.ts';

function created(name: string, day: number): LiveObject {
  const creationTimestamp = `2026-01-0${day}T00:00:00Z`;
  return { metadata: { name, uid: name, creationTimestamp, labels: { [LABEL.family]: 'config' } } };
}

const job = (name: string, day: number, done = true): LiveJob => ({
  ...created(name, day),
  status: done ? { conditions: [{ type: 'Complete', status: 'True' }] } : {},
});

const names = (objects: readonly LiveObject[]): string[] => objects.map(({ metadata }) => metadata.name);

describe('obsoleteContent', () => {
  const objects = ['a', 'b', 'c', 'd'].map((name, index) => created(name, index + 1));

  it('keeps what is desired and the newest beside it', () => {
    expect(names(obsoleteContent(objects, new Set(['d']), new Set()))).toEqual(['b', 'a']);
  });

  it('keeps what is mounted, however old', () => {
    expect(names(obsoleteContent(objects, new Set(['d']), new Set(['a'])))).toEqual(['b']);
  });

  it('keeps an old version that is desired again', () => {
    expect(names(obsoleteContent(objects, new Set(['a']), new Set()))).toEqual(['c', 'b']);
  });
});

describe('obsoleteJobs', () => {
  it('keeps the current Job, one finished before it, and every running one', () => {
    const jobs = [job('a', 1), job('b', 2), job('c', 3), job('d', 4, false)];
    expect(names(obsoleteJobs(jobs, 'c'))).toEqual(['a']);
  });
});

describe('mountedNames', () => {
  it('are those of Secrets and ConfigMaps', () => {
    const volumes = [
      { name: 'x', secret: { secretName: 's' } },
      { name: 'y', configMap: { name: 'c' } },
      { name: 'z' },
      { name: 'p', projected: { sources: [{ secret: { name: 't' } }, { configMap: { name: 'd' } }, {}] } },
    ];
    expect(mountedNames(volumes)).toEqual(['s', 'c', 't', 'd']);
    expect(mountedContent(volumes.slice(3))).toEqual([
      { kind: 'Secret', name: 't' },
      { kind: 'ConfigMap', name: 'd' },
    ]);
  });
});
