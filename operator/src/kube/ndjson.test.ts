import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lines } from './ndjson.ts';

async function* chunked(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const cut of [...cuts, bytes.length]) {
    yield await Promise.resolve(bytes.subarray(start, cut));
    start = cut;
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines(chunks)) found.push(line);
  return found;
}

describe('lines', () => {
  it('are the same wherever the stream is cut, also inside a character', async () => {
    const character = fc.constantFrom('a', '{', '"', ' ', 'é', '数', '😀');
    const text = fc
      .array(character, { minLength: 1, maxLength: 12 })
      .map((characters) => characters.join(''));
    const texts = fc.array(
      text.filter((each) => each.trim() !== ''),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(texts, fc.array(fc.nat(), { maxLength: 10 }), async (expected, positions) => {
        const bytes = Buffer.from(expected.map((each) => `${each}\n`).join(''));
        const cuts = positions.map((position) => position % (bytes.length + 1)).sort((a, b) => a - b);
        expect(await collect(chunked(bytes, cuts))).toEqual(expected);
      }),
    );
  });

  it('leave out half a line at the end, and empty ones', async () => {
    expect(await collect(chunked(Buffer.from('{"a":1}\n\n  \n{"half":'), []))).toEqual(['{"a":1}']);
  });
});
