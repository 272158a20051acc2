import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentKey } from './content-key.ts';

describe('contentKey', () => {
  let root: string;
  const key = () => contentKey(root, ['src', 'Containerfile'], ['base one']);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'content-key-'));
    mkdirSync(join(root, 'src/deep'), { recursive: true });
    writeFileSync(join(root, 'src/deep/a.ts'), 'a');
    writeFileSync(join(root, 'Containerfile'), 'FROM scratch');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is the same for the same content, whatever the file times', () => {
    const before = key();
    utimesSync(join(root, 'src/deep/a.ts'), 1, 1);
    expect(key()).toBe(before);
    expect(before).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    ['content', () => writeFileSync(join(root, 'src/deep/a.ts'), 'b')],
    ['a new file', () => writeFileSync(join(root, 'src/b.ts'), '')],
    ['an executable bit', () => chmodSync(join(root, 'src/deep/a.ts'), 0o755)],
  ])('changes with %s', (_what, change) => {
    const before = key();
    change();
    expect(key()).not.toBe(before);
  });

  it('changes with a fact', () => {
    expect(contentKey(root, ['src', 'Containerfile'], ['base two'])).not.toBe(key());
  });

  it('does not change with tests and generated folders', () => {
    const before = key();
    writeFileSync(join(root, 'src/deep/a.test.ts'), 'x');
    mkdirSync(join(root, 'src/dist'));
    writeFileSync(join(root, 'src/dist/a.js'), 'x');
    expect(key()).toBe(before);
  });
});
