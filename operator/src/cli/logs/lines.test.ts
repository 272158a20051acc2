import fc from 'fast-check';
import { expect, it } from 'vitest';
import { logLines, type Line } from './lines.ts';

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const size of sizes) {
    yield bytes.subarray(start, start + size);
    start += size;
  }
  yield bytes.subarray(start);
}

async function linesOf(text: string, sizes: readonly number[] = [], limit?: number): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of logLines(chunksOf(Buffer.from(text), sizes), limit)) lines.push(line);
  return lines;
}

const T = '2026-11-26T08:00:00.000000001Z';

it('reads the same lines wherever the chunks end', async () => {
  const text = `${T} 贵州茅台 😀\n${T} \n${T} last`;
  const whole = await linesOf(text);
  expect(whole.map((line) => line.text)).toEqual(['贵州茅台 😀', '', 'last']);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(7), { maxLength: 30 }), async (sizes) => {
      expect(await linesOf(text, sizes)).toEqual(whole);
    }),
  );
});

it('keeps a bounded part of a line that does not end, and the next one whole', async () => {
  const [first, second] = await linesOf(`${T} ${'x'.repeat(100_000)}\n${T} next\n`, [1000, 50_000], 100);
  expect(first?.text).toMatch(/^x{69} … \(\d+ bytes more\)$/);
  expect(second?.text).toBe('next');
});

it('takes what the kubelet says of its own, and carriage returns at the end', async () => {
  expect(await linesOf(`unable to retrieve container logs\n${T} a\r\n${T}\n`)).toEqual([
    { at: undefined, text: 'unable to retrieve container logs' },
    { at: 1_795_680_000_000_000_001n, text: 'a' },
    { at: 1_795_680_000_000_000_001n, text: '' },
  ]);
});
