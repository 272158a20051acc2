import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layerBytes, readArchive } from './archive.ts';

const ID = 'a'.repeat(64);

describe('readArchive', () => {
  let folder: string;
  let archive: string;

  /** A docker-archive of the given files, written by tar itself. */
  function pack(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    execFileSync('tar', ['--create', '--file', archive, '--directory', folder, ...Object.keys(files)]);
  }

  const manifest = JSON.stringify([{ Config: `${ID}.json`, Layers: ['base.tar', 'own.tar'] }]);
  const config = JSON.stringify({ rootfs: { diff_ids: ['sha256:base', 'sha256:own'] } });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'archive-'));
    archive = join(folder, 'image.archive');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('reads id and layer sizes', () => {
    pack({
      'base.tar': 'b'.repeat(70_000),
      'own.tar': 'o'.repeat(513),
      [`${ID}.json`]: config,
      'manifest.json': manifest,
    });
    const image = readArchive(archive);
    expect(image).toEqual({
      id: ID,
      layers: [
        { diffId: 'sha256:base', bytes: 70_000 },
        { diffId: 'sha256:own', bytes: 513 },
      ],
    });
    expect(layerBytes(image, ['sha256:base'])).toEqual({ total: 70_513, own: 513 });
    expect(layerBytes(image, [])).toEqual({ total: 70_513, own: 70_513 });
  });

  it('says what a cut-off archive lacks', () => {
    pack({ 'manifest.json': manifest, 'base.tar': 'b', [`${ID}.json`]: config, 'own.tar': 'o' });
    truncateSync(archive, 3 * 1024);
    expect(() => readArchive(archive)).toThrow(`${archive} lacks the layer sha256:own`);
  });

  it('refuses another kind of archive', () => {
    pack({ 'index.json': '{}' });
    expect(() => readArchive(archive)).toThrow('is no docker-archive: it lacks manifest.json');
  });
});
