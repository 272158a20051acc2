import { describe, expect, it } from 'vitest';
import { VersionedCache } from './series-cache.ts';

describe('VersionedCache', () => {
  const filled = (): VersionedCache<string> => {
    const cache = new VersionedCache<string>(10, (value) => value.length);
    cache.put('a', '1', 'aaaa');
    cache.put('b', '1', 'bbbb');
    return cache;
  };

  it('knows a value under its version only', () => {
    const cache = filled();
    expect(cache.get('a', '1')).toBe('aaaa');
    expect(cache.get('a', '2')).toBeUndefined();
    cache.put('a', '2', 'AA');
    expect(cache.get('a', '1')).toBeUndefined();
    expect(cache.get('a', '2')).toBe('AA');
  });

  it('forgets what was not asked for for longest when it grows beyond its limit', () => {
    const cache = filled();
    cache.get('a', '1');
    cache.put('c', '1', 'cccc');
    expect(['a', 'b', 'c'].map((key) => cache.get(key, '1'))).toEqual(['aaaa', undefined, 'cccc']);
  });

  it('counts a value that replaces another once', () => {
    const cache = filled();
    for (let version = 2; version < 9; version += 1) cache.put('a', String(version), 'aaaa');
    expect([cache.get('a', '8'), cache.get('b', '1')]).toEqual(['aaaa', 'bbbb']);
  });

  it('takes nothing that is larger than all of it, and loses nothing by that', () => {
    const cache = filled();
    cache.put('huge', '1', 'x'.repeat(11));
    expect(['huge', 'a', 'b'].map((key) => cache.get(key, '1'))).toEqual([undefined, 'aaaa', 'bbbb']);
  });
});
