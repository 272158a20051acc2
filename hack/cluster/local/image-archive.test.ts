import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArchive } from '../../images/archive.ts';
import { scratchImageKey, writeScratchImage, type ScratchImage } from './image-archive.ts';

let folder: string;
let image: ScratchImage;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scratch-image-test-'));
  const program = join(folder, 'program');
  writeFileSync(program, 'first');
  image = { ref: 'localhost/x:1', files: { [program]: '/bin/x' }, entrypoint: ['/bin/x'], user: '1:1' };
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('scratchImageKey', () => {
  it('follows the content of the programs and how the image is made, not its tag alone', () => {
    const first = scratchImageKey(image);
    expect(scratchImageKey({ ...image })).toBe(first);
    expect(scratchImageKey({ ...image, user: '2:2' })).not.toBe(first);
    writeFileSync(join(folder, 'program'), 'second');
    expect(scratchImageKey(image)).not.toBe(first);
  });
});

describe('writeScratchImage', () => {
  it('writes a docker-archive, whole, over what a killed run left', async () => {
    const archive = join(folder, 'image.tar');
    writeFileSync(`${archive}.partial`, 'cut off');
    await writeScratchImage(image, archive);
    expect(readArchive(archive).layers).toHaveLength(1);
    expect(readdirSync(folder).toSorted()).toEqual(['image.tar', 'program']);
  });

  it('leaves no archive when a program is missing', async () => {
    const archive = join(folder, 'image.tar');
    const broken = { ...image, files: { [join(folder, 'absent')]: '/bin/x' } };
    await expect(writeScratchImage(broken, archive)).rejects.toThrow('absent');
    expect(readdirSync(folder)).toEqual(['program']);
  });
});
