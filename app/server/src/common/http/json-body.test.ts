import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonBody } from './json-body.ts';

const parse = (text: string): object => parseJsonBody(Buffer.from(text));

describe('parseJsonBody', () => {
  it('understands what JSON.parse understands', () => {
    // U+0000 is the one character that is refused.
    const text = fc.string().map((one) => one.replaceAll('\0', ''));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constant(null),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        text,
        fc.array(tie('value')),
        fc.dictionary(text, tie('value')),
      ),
    }));
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(text, value), fc.array(value)), (body) => {
        const written = JSON.stringify(body);
        expect(parse(written)).toEqual(JSON.parse(written));
      }),
    );
  });

  it('refuses every object that repeats one of its keys, however the key is written', () => {
    const key = fc.string({ minLength: 1 }).filter((text) => !text.includes('\0'));
    const escaped = (text: string): string =>
      `"${[...Array(text.length).keys()].map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`;
    fc.assert(
      fc.property(key, fc.jsonValue({ maxDepth: 8 }), fc.boolean(), (name, value, nested) => {
        const inner = JSON.stringify(value).replaceAll('\\u0000', '');
        const text = `{${JSON.stringify(name)}:1,"\\\\x":${inner},${escaped(name)}:2}`;
        expect(() => parse(nested ? `[{"a":${text}}]` : text)).toThrow(/two values under one key/);
      }),
    );
  });

  it.each([
    ['the same key in two objects', '{"a":{"b":1},"c":{"b":1},"d":[{"b":1},{"b":2}]}'],
    ['a key as a value', '{"a":"a","b":["a","a","a"]}'],
    ['brackets, quotes and colons in strings', String.raw`{"a{\"":"}:[,\\","b":"\\\\u0000"}`],
    ['an empty list', '[]'],
  ])('takes %s', (_what, text) => expect(parse(text)).toEqual(JSON.parse(text)));

  it.each([
    ['no JSON', '{secret', /valid JSON$/],
    ['nothing', '', /valid JSON$/],
    ['a byte order mark', '\uFEFF{}', /valid JSON$/],
    ['a word', 'null', /JSON object$/],
    ['a number', '1', /JSON object$/],
    ['a NUL', String.raw`{"a":"x\u0000"}`, /U\+0000/],
    ['a NUL after a backslash', String.raw`{"a":["\\\u0000"]}`, /U\+0000/],
    ['a NUL in a key', String.raw`{"\u0000":1}`, /U\+0000/],
    ['a repeated __proto__', '{"__proto__":1,"__proto__":2}', /two values/],
  ])('refuses %s without repeating it', (_what, text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).not.toThrow(/secret/);
  });

  it('refuses what is no UTF-8', () =>
    expect(() => parseJsonBody(Buffer.from([0x22, 0xff, 0x22]))).toThrow(/UTF-8/));

  it.each([
    ['10,001 keys', `{${Array.from({ length: 10_001 }, (_, at) => `"${at}":0`).join()}}`, /10000 keys/],
    ['17 levels', `${'['.repeat(17)}${']'.repeat(17)}`, /16 levels/],
    ['17 levels of objects', `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`, /16 levels/],
    ['a string without an end', '{"a":"b', /valid JSON$/],
    ['a wrong escape', String.raw`{"a":"\x"}`, /valid JSON$/],
    ['brackets that do not fit', '}]}{"a":1', /valid JSON$/],
  ])('refuses %s', (_what, text, message) => expect(() => parse(text)).toThrow(message));

  it('takes what is just below', () => {
    parse(`{${Array.from({ length: 10_000 }, (_, at) => `"${at}":0`).join()}}`);
    parse(`${'['.repeat(16)}${']'.repeat(16)}`);
  });

  const quietly = (text: string): void => {
    try {
      parse(text);
    } catch (error) {
      expect(String(error)).toMatch(/levels|keys/);
    }
  };

  it.each([
    ['keys', `{${Array.from({ length: 140_000 }, (_, at) => `"${at}":0`).join()}}`],
    ['levels', `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`],
    ['one long string', `{"a":"${String.raw`\"`.repeat(1_000_000)}"}`],
    ['one long string of backslashes', `{"a":"${String.raw`\\`.repeat(1_000_000)}"}`],
    ['short strings', `[${'"",'.repeat(600_000)}""]`],
    ['empty lists', `[${'[],'.repeat(600_000)}[]]`],
  ])('is done with two megabytes of %s in a moment', (_what, text) => {
    const begun = performance.now();
    quietly(text);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});
