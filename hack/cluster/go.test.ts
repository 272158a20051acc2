import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { candidateIn, ensureGo, isNewEnough } from './go.ts';

describe('isNewEnough', () => {
  it.each([
    ['go1.26.8', true],
    ['go1.21', true],
    ['go1.26-devel_0a1b X:none', true],
    ['go1.20.14', false],
    ['2:1.24~2', true],
    ['2:1.19~1', false],
    ['1.30~1', true],
    ['nonsense', false],
  ])('%s: %s', (version, expected) => expect(isNewEnough(version)).toBe(expected));
});

describe('candidateIn', () => {
  it('reads what apt would install', () => {
    expect(candidateIn('golang-go:\n  Installed: (none)\n  Candidate: 2:1.19~1\n')).toBe('2:1.19~1');
    expect(candidateIn('golang-go:\n  Installed: (none)\n  Candidate: (none)\n')).toBeUndefined();
    expect(candidateIn('')).toBeUndefined();
  });
});

describe('ensureGo', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'go-'));
    vi.stubEnv('PATH', folder);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  function program(name: string, output: string): void {
    writeFileSync(join(folder, name), `#!/bin/sh\nprintf '%s\\n' '${output}'\n`);
    chmodSync(join(folder, name), 0o755);
  }

  it('is content with one that is new enough', async () => {
    program('go', 'go1.21.0');
    await expect(ensureGo()).resolves.toBeUndefined();
  });

  it('says what is missing where there is none', async () => {
    await expect(ensureGo()).rejects.toThrow(
      /takes Go 1\.21 or newer; this machine has none\. .*go\.dev\/dl/,
    );
  });

  it('names the one that is too old, and the package that is not', async () => {
    program('go', 'go1.19.8');
    program('apt-cache', '  Candidate: 2:1.24~2');
    await expect(ensureGo()).rejects.toThrow(/has go1\.19\.8\. Run apt-get install golang-go/);
  });
});
