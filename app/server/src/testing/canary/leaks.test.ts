import { describe, expect, it } from 'vitest';
import { findLeaks, type Seed } from './leaks.ts';

const TEXT: Seed = { name: 'a text', value: 'pass"wörd/+ of 2026' };
const BYTES: Seed = { name: 'a key', value: Buffer.alloc(32, 'key').toString('base64'), isBytes: true };

describe('the search for leaks', () => {
  const bytes = Buffer.from(BYTES.value, 'base64');
  it.each([
    [TEXT, TEXT.value],
    [TEXT, JSON.stringify({ a: TEXT.value })],
    [TEXT, JSON.stringify({ body: JSON.stringify({ a: TEXT.value }) })],
    [TEXT, encodeURIComponent(TEXT.value)],
    [TEXT, Buffer.from(TEXT.value).toString('base64')],
    [TEXT, Buffer.from(TEXT.value).toString('base64url')],
    [TEXT, Buffer.from(`u:${TEXT.value}:x`).toString('base64')],
    [TEXT, Buffer.from(`a user:${TEXT.value} and more`).toString('base64')],
    [TEXT, Buffer.from(`user:${TEXT.value}`).toString('base64')],
    [TEXT, `\\x${Buffer.from(TEXT.value).toString('hex')}`],
    [BYTES, BYTES.value],
    [BYTES, `\\x${bytes.toString('hex')}`],
    [BYTES, bytes.toString('hex').toUpperCase()],
    [BYTES, bytes.toString('base64url')],
    [BYTES, JSON.stringify(bytes)],
  ])('finds %o as %s', (seed, written) => {
    const surfaces = [
      { name: 'clean', text: 'nothing' },
      { name: 'log', text: `before ${written} after` },
    ];
    expect(findLeaks([TEXT, BYTES], surfaces)).toEqual([
      {
        seed: seed.name,
        surface: 'log',
        form: expect.any(String),
        excerpt: expect.stringContaining('before'),
      },
    ]);
  });

  it('finds nothing where nothing is', () => {
    const surfaces = [{ name: 'log', text: `the [redacted] of ${TEXT.value.slice(1)}` }];
    expect(findLeaks([TEXT, BYTES], surfaces)).toEqual([]);
  });

  it('takes no value that could be there by chance', () => {
    expect(() => findLeaks([{ name: 'short', value: 'password' }], [])).toThrow('short: 12 characters');
  });
});
