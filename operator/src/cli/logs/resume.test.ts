import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Resume } from './resume.ts';
import { nanosOf, sinceTimeOf } from './time.ts';

interface Numbered {
  readonly at: bigint;
  readonly number: number;
}

/** Few different times, so that many lines share one and many share a second. */
const written = fc
  .array(fc.constantFrom(0n, 0n, 0n, 1n, 300_000_000n, 1_000_000_000n), { maxLength: 40 })
  .map((steps) => {
    let at = 1_795_680_000_000_000_000n;
    return steps.map((step, number): Numbered => ({ at: (at += step), number }));
  });

it('takes every line once, wherever the stream breaks and however often', () => {
  fc.assert(
    fc.property(written, fc.array(fc.nat(12), { maxLength: 12 }), (lines, breaks) => {
      const resume = new Resume();
      const taken: number[] = [];
      for (const count of [...breaks, lines.length]) {
        const from = resume.last === undefined ? 0n : (nanosOf(sinceTimeOf(resume.last)) ?? 0n);
        const repeats = resume.repeats();
        // The stream breaks after `count` lines, old ones among them.
        for (const { at, number } of lines.filter((line) => line.at >= from).slice(0, count)) {
          if (repeats(at)) continue;
          resume.note(at);
          taken.push(number);
        }
      }
      expect(taken).toEqual(lines.map(({ number }) => number));
    }),
  );
});

it('goes on where the log was turned over and what was read is gone', () => {
  const resume = new Resume();
  resume.note(5n);
  const repeats = resume.repeats();
  expect([repeats(7n), repeats(6n)]).toEqual([false, false]);
});
