import { expect, it } from 'vitest';
import { type Kind, MOST_A_MINUTE, SlowRecordBuffer } from './slow-records.ts';

/** The clock of the records is set back an hour after each: the minutes are those of no clock that can be set. */
let at = 1_800_000_000_000;
const slow = (name: string, kind: Kind = 'query') => ({
  ...{ kind, name, milliseconds: 700, at: new Date((at -= 3_600_000)), detail: {} },
});

it('tells a few of each name in a minute, and how many it held back with the next', () => {
  const buffer = new SlowRecordBuffer();
  const told = Array.from({ length: 100 }, () => buffer.add(slow('a'), 0));
  expect(told.filter((one) => one !== undefined)).toEqual(Array(MOST_A_MINUTE).fill(0));
  expect(buffer.add(slow('b'), 0)).toBe(0);
  expect(buffer.add(slow('a', 'route'), 0)).toBe(0);
  expect(buffer.add(slow('a'), 59_000)).toBeUndefined();
  expect(buffer.add(slow('a'), 60_000)).toBe(96);
  expect(buffer.add(slow('a'), 61_000)).toBe(0);
  const taken = buffer.take();
  expect(taken).toHaveLength(MOST_A_MINUTE + 4);
  expect(taken.at(-2)?.detail).toEqual({ heldBack: 96 });
});

it('is bounded whatever the names, and while nothing can be written', () => {
  const buffer = new SlowRecordBuffer();
  for (let index = 0; index < 5_000; index += 1) buffer.add(slow(`name ${index}`), 0);
  const taken = buffer.take();
  expect(taken).toHaveLength(500 + MOST_A_MINUTE);
  for (let round = 0; round < 10; round += 1) {
    for (let index = 0; index < 400; index += 1) buffer.add(slow(`name ${index}`), round * 60_000);
    buffer.putBack(taken);
  }
  expect(buffer.take()).toHaveLength(1_000);
});
