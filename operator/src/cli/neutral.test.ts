import fc from 'fast-check';
import { expect, it } from 'vitest';
import { neutral, neutralJson } from './neutral.ts';

it.each([
  ['\u001b]0;owned\u0007', '\\x1b]0;owned\\x07'],
  ['\u001b[2J', '\\x1b[2J'],
  ['a\rb\nc\td', 'a\\x0db\\x0ac\td'],
  ['\u009b31m\u007f', '\\x9b31m\\x7f'],
  ['\u202Eevil\u2066', '\\u202eevil\\u2066'],
  ['\u{e0041}', '\\u{e0041}'],
  ['贵州茅台 😀 é', '贵州茅台 😀 é'],
])('shows %j as %j', (text, shown) => expect(neutral(text)).toBe(shown));

it('leaves nothing to a terminal, and JSON that reads back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      for (const shown of [neutral(text), neutralJson({ text })])
        for (const character of shown) {
          const code = character.codePointAt(0) ?? 0;
          expect(code >= 0x20 || code === 0x09).toBe(true);
          expect(code >= 0x7f && code <= 0x9f).toBe(false);
        }
      expect(JSON.parse(neutralJson({ text }))).toEqual({ text });
    }),
    { numRuns: 500 },
  );
});
