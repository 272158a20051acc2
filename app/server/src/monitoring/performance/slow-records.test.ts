import { expect, it } from 'vitest';
import { type Kind, MOST_A_MINUTE, SlowRecordBuffer } from './slow-records.ts';

const slow = (name: string, second = 0, kind: Kind = 'query') => ({
  ...{ kind, name, milliseconds: 700, at: new Date(1_800_000_000_000 + second * 1000), detail: {} },
});

it('tells a few of each name in a minute, and how many it held back with the next', () => {
  const buffer = new SlowRecordBuffer();
  const told = Array.from({ length: 100 }, () => buffer.add(slow('a')));
  expect(told.filter((one) => one !== undefined)).toEqual(Array(MOST_A_MINUTE).fill(0));
  expect(buffer.add(slow('b'))).toBe(0);
  expect(buffer.add(slow('a', 0, 'route'))).toBe(0);
  expect(buffer.add(slow('a', 59))).toBeUndefined();
  expect(buffer.add(slow('a', 60))).toBe(96);
  expect(buffer.add(slow('a', 61))).toBe(0);
  const taken = buffer.take();
  expect(taken).toHaveLength(MOST_A_MINUTE + 4);
  expect(taken.at(-2)?.detail).toEqual({ heldBack: 96 });
});

it('is bounded whatever the names, and while nothing can be written', () => {
  const buffer = new SlowRecordBuffer();
  for (let index = 0; index < 5_000; index += 1) buffer.add(slow(`name ${index}`));
  const taken = buffer.take();
  expect(taken).toHaveLength(500 + MOST_A_MINUTE);
  for (let round = 0; round < 10; round += 1) {
    for (let index = 0; index < 400; index += 1) buffer.add(slow(`name ${index}`, round * 60));
    buffer.putBack(taken);
  }
  expect(buffer.take()).toHaveLength(1_000);
});
