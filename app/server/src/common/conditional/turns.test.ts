import { setImmediate as nextTick, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../errors.ts';
import { Turns } from './turns.ts';

describe('Turns', () => {
  it('does one piece of work at a time, in order, also after one that failed', async () => {
    const turns = new Turns(10);
    const events: string[] = [];
    const work = (name: string) => async (): Promise<string> => {
      events.push(`${name} begins`);
      await sleep(2);
      events.push(`${name} ends`);
      if (name === 'b') throw new Error('b');
      return name;
    };
    const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => turns.take(work(name))));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('lets the event loop reach other work after each', async () => {
    const turns = new Turns(100);
    const order: string[] = [];
    const large = Array.from({ length: 5 }, (_, index) => turns.take(() => order.push(`large ${index}`)));
    const small = nextTick().then(() => order.push('small'));
    await Promise.all([...large, small]);
    expect(order.indexOf('small')).toBeLessThan(3);
  });

  it('refuses more than may wait, and takes work again when there is room', async () => {
    const turns = new Turns(2);
    const first = turns.take(() => sleep(5));
    const second = turns.take(() => 'second');
    await expect(turns.take(() => 'third')).rejects.toThrow(UnavailableError);
    await first;
    expect(await second).toBe('second');
    expect(await turns.take(() => 'fourth')).toBe('fourth');
  });
});
