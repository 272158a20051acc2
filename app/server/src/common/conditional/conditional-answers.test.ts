import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeFingerprint } from './code-fingerprint.ts';
import { entityTag } from './conditional-answers.ts';

describe('entityTag', () => {
  const tag = entityTag('program', 'version', '/url');

  it('is a strong tag', () => expect(tag).toMatch(/^"[\w-]{27}"$/));

  it.each([
    ['program', entityTag('other', 'version', '/url')],
    ['version', entityTag('program', 'other', '/url')],
    ['URL', entityTag('program', 'version', '/other')],
  ])('changes with the %s', (_what, other) => expect(other).not.toBe(tag));
});

describe('codeFingerprint', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fingerprint-'));
    mkdirSync(join(folder, 'inner'));
    writeFileSync(join(folder, 'inner/a.js'), '1');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('changes with the content of a program file, however deep', () => {
    const before = codeFingerprint(folder);
    expect(codeFingerprint(folder)).toBe(before);
    writeFileSync(join(folder, 'inner/a.js'), '2');
    expect(codeFingerprint(folder)).not.toBe(before);
  });

  it('changes with the name of one, and not with other files', () => {
    const before = codeFingerprint(folder);
    writeFileSync(join(folder, 'notes.txt'), '');
    expect(codeFingerprint(folder)).toBe(before);
    writeFileSync(join(folder, 'b.js'), '');
    expect(codeFingerprint(folder)).not.toBe(before);
  });
});
