import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listFiles } from '../images/staging.ts';
import { withImageFiles } from './image-files.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'archive-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const tar = (...args: readonly string[]): Buffer => execFileSync('tar', args);

/** A docker-archive with one layer per object: path → content. @param prefix `./` or nothing, as builders differ */
function archiveOf(layers: readonly Readonly<Record<string, string>>[], prefix = ''): string {
  const archive = join(folder, 'archive');
  mkdirSync(archive);
  const names = layers.map((files, position) => {
    const tree = join(folder, `layer-${position}`);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), content);
    }
    symlinkSync('/etc', join(tree, 'link'));
    const members = Object.keys(files).map((path) => `${prefix}${path}`);
    tar('-c', '-f', join(archive, `${position}.tar`), '-C', tree, `${prefix}link`, ...members);
    return `${position}.tar`;
  });
  const config = {
    created: '2026-11-26T00:00:00Z',

    config: { Env: ['A=b=c', 'NODE_VERSION=24.0.0'] },
  };
  writeFileSync(join(archive, 'config.json'), JSON.stringify(config));
  writeFileSync(join(archive, 'manifest.json'), JSON.stringify([{ Config: 'config.json', Layers: names }]));
  tar('-c', '-f', join(folder, 'image.tar'), '-C', archive, 'manifest.json', 'config.json', ...names);
  return join(folder, 'image.tar');
}

/** Path → content of every file that a container would see. */
const seenIn = (
  archive: string,
  wanted: (path: string) => boolean = () => true,
): Promise<Record<string, string>> =>
  withImageFiles(archive, wanted, ({ root }) =>
    Object.fromEntries(
      listFiles(root)
        .filter((path) => path !== 'link')
        .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
    ),
  );

describe.each(['', './'])('withImageFiles with members like %sa', (prefix) => {
  it('lays later layers over earlier ones', async () => {
    const archive = archiveOf([{ 'etc/a': 'old', 'etc/b': 'b' }, { 'etc/a': 'new' }], prefix);
    expect(await seenIn(archive)).toEqual({ 'etc/a': 'new', 'etc/b': 'b' });
  });

  it('leaves out what a later layer removed, a file or a folder', async () => {
    const archive = archiveOf(
      [
        { 'etc/a': 'a', 'etc/b': 'b', 'opt/x/y/z': 'z' },
        { 'etc/.wh.a': '', 'opt/.wh.x': '' },
      ],
      prefix,
    );
    expect(Object.keys(await seenIn(archive))).toEqual(['etc/b']);
  });

  it('leaves out what a later layer covered as a whole, and keeps what it brings', async () => {
    const archive = archiveOf([{ 'opt/a': 'a' }, { 'opt/.wh..wh..opq': '', 'opt/b': 'b' }], prefix);
    expect(Object.keys(await seenIn(archive))).toEqual(['opt/b']);
  });

  it('takes nothing but what is wanted', async () => {
    const archive = archiveOf([{ 'etc/a': 'a', 'opt/b': 'b' }], prefix);
    expect(Object.keys(await seenIn(archive, (path) => path.startsWith('etc/')))).toEqual(['etc/a']);
  });
});

describe('withImageFiles', () => {
  it('tells time and environment', async () => {
    const archive = archiveOf([{ 'etc/a': 'a' }]);
    const facts = await withImageFiles(
      archive,
      () => true,
      ({ created, environment }) => ({ created, environment: [...environment] }),
    );
    expect(facts).toEqual({
      created: '2026-11-26T00:00:00Z',
      environment: [
        ['A', 'b=c'],
        ['NODE_VERSION', '24.0.0'],
      ],
    });
  });

  it('leaves nothing behind, and says what is no archive', async () => {
    const root = await withImageFiles(
      archiveOf([{ a: 'a' }]),
      () => true,
      (files) => files.root,
    );
    expect(() => readFileSync(join(root, 'a'))).toThrow('ENOENT');
    writeFileSync(join(folder, 'broken.tar'), 'nothing');
    await expect(seenIn(join(folder, 'broken.tar'))).rejects.toThrow('broken.tar');
  });
});
