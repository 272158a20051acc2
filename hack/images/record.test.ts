import { mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRecord, writeRecord } from './record.ts';

describe('the record of an archive', () => {
  let folder: string;
  let archive: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'record-'));
    archive = join(folder, 'app-1.tar');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const image = () => ({ ref: 'localhost/app:1', archive, id: 'a', totalBytes: 2, ownBytes: 1 });

  it('is found beside its archive, and marks it as used', () => {
    writeFileSync(archive, '');
    utimesSync(archive, 1, 1);
    writeRecord(image());
    expect(findRecord(archive)).toEqual(image());
    expect(statSync(archive).mtimeMs).toBeGreaterThan(1_000_000);
  });

  it('is not found while either of the two is missing', () => {
    writeFileSync(archive, '');
    expect(findRecord(archive)).toBeUndefined();
    writeRecord(image());
    rmSync(archive);
    expect(findRecord(archive)).toBeUndefined();
  });

  it('names the archive where it lies now', () => {
    writeFileSync(archive, '');
    writeRecord(image());
    const moved = join(folder, 'app-2.tar');
    renameSync(archive, moved);
    renameSync(join(folder, 'app-1.json'), join(folder, 'app-2.json'));
    expect(findRecord(moved)?.archive).toBe(moved);
  });
});
