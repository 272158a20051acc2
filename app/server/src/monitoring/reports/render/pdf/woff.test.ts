import { create } from 'fontkit';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { trueTypeOf } from './woff.ts';

const FILE = createRequire(import.meta.url).resolve(
  '@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-400-normal.woff',
);

it('unpacks the font that is in the file, each table as its checksum says', () => {
  const font = trueTypeOf(readFileSync(FILE));
  expect(create(font)).toMatchObject({ numGlyphs: 8_248 });
  const count = font.readUInt16BE(4);
  for (let index = 0; index < count; index += 1) {
    const entry = 12 + index * 16;
    const [offset, length] = [font.readUInt32BE(entry + 8), font.readUInt32BE(entry + 12)];
    // That of `head` is computed with a field of its own left out.
    if (font.toString('latin1', entry, entry + 4) === 'head') continue;
    let sum = 0;
    for (let at = offset; at < offset + length; at += 4)
      sum = (sum + (at + 4 <= font.length ? font.readUInt32BE(at) : 0)) % 2 ** 32;
    expect(sum).toBe(font.readUInt32BE(entry + 4));
  }
});

it('refuses what is no such file, and one that is cut off', () => {
  expect(() => trueTypeOf(Buffer.from('OTTO and more'))).toThrow(/no WOFF/);
  expect(() => trueTypeOf(readFileSync(FILE).subarray(0, 40_000))).toThrow(/unexpected end|length/);
});
