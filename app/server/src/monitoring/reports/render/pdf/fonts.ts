import { create } from 'fontkit';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { trueTypeOf } from './woff.ts';

const require = createRequire(import.meta.url);
/** Latin, and the characters of simplified Chinese with many of the traditional ones; OFL. */
const FILES = {
  regular: () =>
    require.resolve('@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-400-normal.woff'),
  bold: () =>
    require.resolve('@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-700-normal.woff'),
} as const;
export type FontName = keyof typeof FILES;

export interface Fonts extends Readonly<Record<FontName, Buffer>> {
  /** What the fonts can write of a text: one line, and for each character that they lack its number. */
  writable(text: string): string;
}

function read(name: FontName): Buffer {
  return trueTypeOf(readFileSync(FILES[name]()));
}

/** A box would hide which character it was. */
function numberOf(character: string): string {
  return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
}

/** Reads the files: a report is made a few times a day, and the fonts are 5 MB. */
export function readFonts(): Fonts {
  const [regular, bold] = [read('regular'), read('bold')];
  const font = create(regular);
  const known = new Set('characterSet' in font ? font.characterSet : []);
  const writable = (text: string): string =>
    Array.from(text.toWellFormed().replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '))
      // Marks without a shape of their own, such as those that turn the direction of a text round.
      .filter((character) => !/^\p{Cf}$/u.test(character))
      .map((character) => (known.has(character.codePointAt(0) ?? 0) ? character : numberOf(character)))
      .join('');
  return { regular, bold, writable };
}
