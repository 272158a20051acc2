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
    const texts = fc.array(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== '' && !text.includes('\n')), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(texts, fc.array(fc.nat(), { maxLength: 10 }), async (expected, positions) => {
        const bytes = Buffer.from(expected.map((text) => `${text}\n`).join(''));
        const cuts = positions.map((position) => position % (bytes.length + 1)).sort((a, b) => a - b);
        // What UTF-8 cannot carry (lone surrogates) is replaced on both sides.
        expect(await collect(chunked(bytes, cuts))).toEqual(expected.map((text) => Buffer.from(text).toString()));
      }),
      { numRuns: 50 },
    );
  });

  it('leave out half a line at the end, and empty ones', async () => {
    expect(await collect(chunked(Buffer.from('{"a":1}\n\n  \n{"half":'), []))).toEqual(['{"a":1}']);
  });
});
