import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { filesystemOf, filesystemsOf } from './filesystems.ts';

const FOUND = { bsize: 4096, blocks: 1000, bavail: 250, files: 500, ffree: 400 };

it('counts a filesystem in bytes, as those see it who are not root', () => {
  expect(filesystemOf('/data', FOUND)).toEqual({
    mount: '/data',
    sizeBytes: 4_096_000,
    availableBytes: 1_024_000,
    inodes: { total: 500, free: 400 },
  });
  expect(filesystemOf('/data', { ...FOUND, files: 0, ffree: 0 }).inodes).toBeUndefined();
});

it('finds the real ones, each once, and leaves out what is not there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'filesystems-'));
  try {
    const found = await filesystemsOf([folder, tmpdir(), join(folder, 'missing'), '/proc']);
    expect(found).toHaveLength(1);
    const { blocks, bsize } = statfsSync(folder);
    expect(found[0]).toMatchObject({ sizeBytes: blocks * bsize });
    expect(found[0]?.availableBytes).toBeLessThanOrEqual(found[0]?.sizeBytes ?? 0);
    expect(folder.startsWith(found[0]?.mount ?? 'none')).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
