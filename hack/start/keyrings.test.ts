import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyringsFolder } from './keyrings.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyrings-'));
});
afterEach(() => rmSync(home, { recursive: true }));

interface Key {
  readonly kid: string;
  readonly state: string;
  readonly key: string;
}

function read(folder: string): Record<string, readonly Key[]> {
  const files = readdirSync(folder).toSorted();
  return Object.fromEntries(
    files.map((file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8'))]),
  );
}

describe('keyringsFolder', () => {
  it('makes three keyrings of one key each, which nobody else may read', () => {
    const folder = keyringsFolder(home);
    const made = read(folder);
    expect(Object.keys(made)).toEqual(['encryption.json', 'pepper.json', 'session.json']);
    const keys = Object.values(made).flat();
    for (const { kid, state, key } of keys) {
      expect([kid, state]).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/), 'active']);
      expect(Buffer.from(key, 'base64')).toHaveLength(32);
    }
    expect(new Set(keys.map(({ key }) => key)).size).toBe(3);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of Object.keys(made)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  });

  it('makes what is missing and leaves the rest', () => {
    const folder = keyringsFolder(home);
    const before = read(folder);
    rmSync(join(folder, 'session.json'));
    keyringsFolder(home);
    const { 'session.json': session, ...others } = read(folder);
    const { 'session.json': lost, ...kept } = before;
    expect(others).toEqual(kept);
    expect(session?.[0]?.kid).not.toBe(lost?.[0]?.kid);
  });
});
