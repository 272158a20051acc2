import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './json-body.ts';

describe('parseJson', () => {
  it('reads what a parser reads', () => {
    const text = fc.string({
      unit: fc.constantFrom('"', '\\', ':', '[', ']', '{', '}', ',', 'é', '万', '😀', ' ', '0', '\n'),
    });
    const cell = fc.oneof(text, fc.double({ min: -1e12, max: 1e12, noNaN: true }), fc.constant(null));
    fc.assert(
      fc.property(fc.array(fc.dictionary(text, cell)), (table) => {
        const body = JSON.stringify(table);
        expect(parseJson(body)).toEqual(JSON.parse(body));
      }),
    );
  });

  it.each([
    ['html', '<!DOCTYPE html><html>'],
    ['html', '  \n<br/>'],
    ['truncated_json', '[{"日期":"2024-01-02","开盘":9.3'],
    ['truncated_json', '[{"日期":"2024-01-02'],
    ['truncated_json', '[{"a":1},'],
    ['not_json', ''],
    ['not_json', 'Internal Server Error'],
    ['not_json', '[{"a":NaN}]'],
    ['not_json', '[{"a":Infinity}]'],
    ['not_json', "[{'a':1}]"],
    ['not_json', '[{"a":1}]]'],
    ['not_json', '[1]\0'],
    ['duplicate_key', '[{"a":1,"b":2,"a":3}]'],
    ['duplicate_key', String.raw`[{"a":1,"\u0061":3}]`],
    ['too_deep', '['.repeat(9) + ']'.repeat(9)],
    ['too_deep', '[{"a":'.repeat(1_000_000)],
  ])('refuses as %s: %.40s', (violation, text) => {
    expect(() => parseJson(text)).toThrow(expect.objectContaining({ failure: 'contract', violation }));
  });

  it('does not round whole numbers that a double cannot hold', () => {
    expect(
      parseJson('[9007199254740991,9007199254740993,-123456789012345678901,1e30,0.1234567890123456]'),
    ).toEqual([
      9_007_199_254_740_991,
      '9007199254740993',
      '-123456789012345678901',
      1e30,
      0.123_456_789_012_345_6,
    ]);
  });

  it('does not take text for structure', () => {
    expect(parseJson(String.raw`[{"a:{[":"\"}]:\\"}]`)).toEqual([{ 'a:{[': '"}]:\\' }]);
  });
});
