import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfiguration } from './configuration.ts';
import { KEYRING_PURPOSES, readKeyrings } from './keyrings.ts';

const DATABASE_URL = 'postgresql://u@h/d';
const key = (fill: number): string => Buffer.alloc(32, fill).toString('base64');
const active = { kid: 'b', state: 'active', key: key(2) };

describe('keyring files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyrings-'));
    for (const purpose of KEYRING_PURPOSES) write(purpose, [active]);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (purpose: string, content: unknown): void =>
    writeFileSync(
      join(folder, `${purpose}.json`),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  const issues = (): string[] => {
    const found: string[] = [];
    readKeyrings(folder, found);
    return found;
  };

  it('give the active key, and find all of them by kid', () => {
    write('session', [
      { kid: 'a', state: 'retiring', key: key(1) },
      active,
      { kid: 'c', state: 'next', key: key(3) },
    ]);
    const keyrings = readKeyrings(folder, []);
    expect(keyrings?.session.active).toMatchObject({ kid: 'b', key: Buffer.alloc(32, 2) });
    expect(keyrings?.session.all().map(({ kid }) => kid)).toEqual(['b', 'a', 'c']);
    expect(keyrings?.session.find('a')?.key).toEqual(Buffer.alloc(32, 1));
    expect(keyrings?.session.find('d')).toBeUndefined();
    expect(keyrings?.pepper.all()).toHaveLength(1);
  });

  it.each([
    ['no JSON', 'swordfish', /session\.json: is not JSON$/],
    ['an object', {}, /session\.json: .*array/],
    ['no key', [], /session\.json: /],
    ['no active key', [{ ...active, state: 'next' }], /exactly one key is active/],
    ['two active keys', [active, { ...active, kid: 'c' }], /exactly one key is active/],
    ['a kid twice', [active, { ...active, state: 'next' }], /each kid is given once/],
    [
      'a short key',
      [{ ...active, key: Buffer.from('swordfish').toString('base64') }],
      /0\.key: must be 32 bytes/,
    ],
    ['a key that is not base64', [{ ...active, key: 'swordfish!' }], /0\.key: /],
    ['another state', [{ ...active, state: 'swordfish' }], /0\.state: /],
    ['a kid that no token can hold', [{ ...active, kid: 'a.b' }], /0\.kid: /],
    ['an unknown field', [{ ...active, use: 'sig' }], /session\.json: 0: /],
  ])('with %s are refused by file and place, and never by value', (_what, content, expected) => {
    write('session', content);
    const found = issues();
    expect(found.join('\n')).toMatch(expected);
    expect(found.join('\n')).not.toMatch(/swordfish|c3dvcmRmaXNo/);
  });

  it('that are missing are all named', () => {
    rmSync(join(folder, 'pepper.json'));
    rmSync(join(folder, 'encryption.json'));
    expect(issues()).toEqual([
      expect.stringMatching(/pepper\.json/),
      expect.stringMatching(/encryption\.json/),
    ]);
  });

  it('are needed by a server and by nothing else', () => {
    expect(() => loadConfiguration('server', { DATABASE_URL })).toThrow(/KEYRINGS_DIR must name the folder/);
    expect(loadConfiguration('server', { DATABASE_URL, KEYRINGS_DIR: folder }).keyrings).toBeDefined();
    expect(loadConfiguration('worker', { DATABASE_URL }).keyrings).toBeUndefined();
    expect(loadConfiguration('migrate', { DATABASE_URL, KEYRINGS_DIR: folder }).keyrings).toBeUndefined();
  });
});
