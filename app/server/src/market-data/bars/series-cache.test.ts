import { describe, expect, it } from 'vitest';
import { VersionedCache } from './series-cache.ts';

function putTwice(cache: VersionedCache<string>, key: string, value: string): void {
  cache.put(key, '1', value);
  cache.put(key, '1', value);
}

describe('VersionedCache', () => {
  const filled = (): VersionedCache<string> => {
    const cache = new VersionedCache<string>(10, (value) => value.length);
    for (const [key, value] of [
      ['a', 'aaaa'],
      ['b', 'bbbb'],
    ] as const)
      putTwice(cache, key, value);
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
    putTwice(cache, 'c', 'cccc');
    expect(['a', 'b', 'c'].map((key) => cache.get(key, '1'))).toEqual(['aaaa', undefined, 'cccc']);
  });

  it('counts a value that replaces another once', () => {
    const cache = filled();
    for (let version = 2; version < 9; version += 1) cache.put('a', String(version), 'aaaa');
    expect([cache.get('a', '8'), cache.get('b', '1')]).toEqual(['aaaa', 'bbbb']);
  });

  it('takes nothing that is larger than all of it, and loses nothing by that', () => {
    const cache = filled();
    putTwice(cache, 'huge', 'x'.repeat(11));
    expect(['huge', 'a', 'b'].map((key) => cache.get(key, '1'))).toEqual([undefined, 'aaaa', 'bbbb']);
  });

  it('keeps what is asked for twice, and loses nothing to what is asked for once', () => {
    const cache = filled();
    for (let walk = 0; walk < 1_000; walk += 1) cache.put(`once ${walk}`, '1', 'cccc');
    expect(cache.get('once 999', '1')).toBeUndefined();
    expect([cache.get('a', '1'), cache.get('b', '1')]).toEqual(['aaaa', 'bbbb']);
    cache.put('once 999', '1', 'cccc');
    expect(cache.get('once 999', '1')).toBe('cccc');
  });

  it('does not remember for ever what was asked for once', () => {
    const cache = filled();
    for (let walk = 0; walk < 1_000; walk += 1) cache.put(`once ${walk}`, '1', 'cccc');
    cache.put('once 0', '1', 'cccc');
    expect(cache.get('once 0', '1')).toBeUndefined();
  });
});
