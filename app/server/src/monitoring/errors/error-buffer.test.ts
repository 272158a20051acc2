import { expect, it } from 'vitest';
import { ErrorBuffer, MOST_DIFFERENT, MOST_SAMPLES } from './error-buffer.ts';
import type { LoggedError } from './logged-error.ts';

const AT = Date.parse('2026-11-26T10:59:58Z');

function error(fingerprint: string, seconds = 0): LoggedError {
  return {
    ...{ fingerprint, level: 'error', at: new Date(AT + seconds * 1000), role: 'server', type: 'Error' },
    ...{ message: `at ${seconds}`, stack: undefined, context: {} },
    ...{ requestId: `r${seconds}`, traceId: undefined, userId: undefined, runId: undefined },
  };
}

it('counts by kind and by hour, and keeps the newest times', () => {
  const buffer = new ErrorBuffer('server@a:1');
  for (let second = 0; second < 8; second += 1) buffer.add(error('a', second));
  buffer.add(error('b'));
  const [a, b] = buffer.take();
  expect(a).toMatchObject({ count: 8, firstSeenAt: new Date(AT), newest: { message: 'at 7' } });
  expect(a?.samples.map(({ requestId }) => requestId)).toEqual(['r7', 'r6', 'r5', 'r4', 'r3']);
  expect(a?.samples).toHaveLength(MOST_SAMPLES);
  expect([...(a?.hours ?? [])]).toEqual([
    [Date.parse('2026-11-26T10:00:00Z'), 2],
    [Date.parse('2026-11-26T11:00:00Z'), 6],
  ]);
  expect(b?.count).toBe(1);
  expect(buffer.take()).toEqual([]);
});

it('loses nothing of what could not be written, and stays in order', () => {
  const buffer = new ErrorBuffer('server@a:1');
  for (const second of [0, 1]) buffer.add(error('a', second));
  const taken = buffer.take();
  buffer.add(error('a', 2));
  buffer.add(error('b', 3));
  buffer.putBack(taken);
  const [a, b] = buffer.take();
  expect(a).toMatchObject({ count: 3, firstSeenAt: new Date(AT), newest: { message: 'at 2' } });
  expect(a?.samples.map(({ requestId }) => requestId)).toEqual(['r2', 'r1', 'r0']);
  expect(b?.count).toBe(1);
});

it('has room for so many kinds, and goes on counting those', () => {
  const buffer = new ErrorBuffer('server@a:1');
  const added = Array.from({ length: MOST_DIFFERENT + 50 }, (_, index) => buffer.add(error(`kind ${index}`)));
  expect(added.filter(Boolean)).toHaveLength(MOST_DIFFERENT);
  expect(buffer.add(error('kind 7'))).toBe(true);
  const taken = buffer.take();
  expect(taken).toHaveLength(MOST_DIFFERENT);
  for (let index = 0; index < MOST_DIFFERENT; index += 1) buffer.add(error(`later ${index}`));
  buffer.add(error('later 3'));
  const lost = buffer.putBack(taken);
  expect(buffer.size).toBe(MOST_DIFFERENT);
  expect(lost.map(({ newest }) => newest.fingerprint)).toEqual(
    Array.from({ length: MOST_DIFFERENT }, (_, index) => `later ${index}`),
  );
  expect(lost[3]?.count).toBe(2);
});
