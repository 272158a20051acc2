import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { WorkQueue, type Priority, type QueueItem } from './work-queue.ts';

function queueWith(options: { ageingMs?: number } = {}): { queue: WorkQueue; clock: FakeClock } {
  const clock = new FakeClock();
  return { queue: new WorkQueue({ clock, ...options }), clock };
}

async function take(queue: WorkQueue): Promise<string> {
  return (await queue.get())?.key ?? '(shut down)';
}

describe('WorkQueue', () => {
  it('runs a key once for any number of adds, in the order of the first ones', async () => {
    const { queue } = queueWith();
    for (const key of ['a', 'b', 'a', 'c', 'b', 'a']) queue.add(key);
    expect(queue.length).toBe(3);
    expect([await take(queue), await take(queue), await take(queue)]).toEqual(['a', 'b', 'c']);
  });

  it('runs a key exactly once more for adds during its run, and not before that has ended', async () => {
    const { queue } = queueWith();
    queue.add('a');
    await take(queue);
    queue.add('a');
    queue.add('a');
    expect(queue.length).toBe(0);
    queue.done('a');
    expect(queue.length).toBe(1);
    await take(queue);
    queue.done('a');
    expect(queue.length).toBe(0);
  });

  it('hands a key to whoever has waited longest', async () => {
    const { queue } = queueWith();
    const first = queue.get();
    const second = queue.get();
    queue.add('a');
    queue.add('b');
    expect([(await first)?.key, (await second)?.key]).toEqual(['a', 'b']);
  });

  it('takes no adds after a shutdown, but hands out what is there', async () => {
    const { queue } = queueWith();
    queue.add('a');
    queue.shutDown();
    queue.add('b');
    expect(await take(queue)).toBe('a');
    expect(await queue.get()).toBeUndefined();
  });

  it('ends waiting workers at a shutdown', async () => {
    const { queue } = queueWith();
    const waiting = queue.get();
    queue.shutDown();
    expect(await waiting).toBeUndefined();
  });

  it('drains: waits until nothing is being worked on, unless told not to', async () => {
    const { queue } = queueWith();
    queue.add('a');
    await take(queue);
    let drained = false;
    const drain = queue.shutDownWithDrain().then(() => (drained = true));
    await settle();
    expect(drained).toBe(false);
    queue.done('a');
    await drain;

    const other = queueWith().queue;
    other.add('a');
    await take(other);
    const givenUp = other.shutDownWithDrain();
    other.shutDown();
    await givenUp;
  });

  it('drops on demand what is not handed out, and can take it again', async () => {
    const { queue } = queueWith();
    queue.add('a');
    queue.add('b');
    await take(queue);
    queue.discard();
    expect(queue.length).toBe(0);
    queue.add('b');
    expect(await take(queue)).toBe('b');
  });

  it('tells for how long each worker has been at its key', async () => {
    const { queue, clock } = queueWith();
    queue.add('a');
    await take(queue);
    clock.advanceSync(2_500);
    expect(queue.running).toEqual([2.5]);
  });
});

describe('priorities', () => {
  it('let what happens now pass the initial list, and raise a key that is in both', async () => {
    const { queue } = queueWith();
    queue.add('l1', 'low');
    queue.add('l2', 'low');
    queue.add('n1');
    queue.add('l2');
    const order = [await queue.get(), await queue.get(), await queue.get()];
    expect(order).toEqual<QueueItem[]>([
      { key: 'n1', priority: 'normal' },
      { key: 'l2', priority: 'normal' },
      { key: 'l1', priority: 'low' },
    ]);
  });

  it('never starve the initial list: a busy key takes at most every second turn once the list has aged', async () => {
    const { queue, clock } = queueWith({ ageingMs: 1_000 });
    for (const key of ['l1', 'l2', 'l3']) queue.add(key, 'low');
    const order: string[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      queue.add('busy');
      const key = await take(queue);
      order.push(key);
      clock.advanceSync(400);
      queue.done(key);
    }
    expect(order.filter((key) => key.startsWith('l'))).toEqual(['l1', 'l2', 'l3']);
    expect(order.indexOf('l3')).toBeLessThanOrEqual(8);
    expect(order.join(' ')).not.toMatch(/l\d l\d/);
  });

  it('keep the higher one of adds during a run', async () => {
    const { queue } = queueWith();
    queue.add('a', 'low');
    await take(queue);
    queue.add('a', 'low');
    queue.add('a', 'normal');
    queue.add('b', 'low');
    queue.done('a');
    expect(await queue.get()).toEqual({ key: 'a', priority: 'normal' });
  });
});

type Step =
  | { do: 'add'; key: string; priority: Priority }
  | { do: 'get' }
  | { do: 'done'; pick: number }
  | { do: 'wait'; ms: number };

const key = fc.constantFrom('a', 'b', 'c', 'd');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), key, priority: fc.constantFrom<Priority>('normal', 'low') }),
  fc.record({ do: fc.constant('get' as const) }),
  fc.record({ do: fc.constant('done' as const), pick: fc.nat() }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat({ max: 2_000 }) }),
);

describe('for any sequence of calls', () => {
  it('no key has two workers, no add is lost, none makes more than one run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { queue, clock } = queueWith({ ageingMs: 500 });
        const problems: string[] = [];
        const running: string[] = [];
        /** The model: keys added since they were last handed out. */
        const wanted = new Set<string>();
        for (const each of steps) {
          if (each.do === 'add') {
            queue.add(each.key, each.priority);
            wanted.add(each.key);
          } else if (each.do === 'wait') {
            clock.advanceSync(each.ms);
          } else if (each.do === 'done' && running.length > 0) {
            queue.done(running.splice(each.pick % running.length, 1)[0] ?? '');
          } else if (each.do === 'get' && queue.length > 0) {
            const got = await take(queue);
            if (running.includes(got)) problems.push(`${got} has two workers`);
            if (!wanted.delete(got)) problems.push(`${got} runs without an add`);
            running.push(got);
          }
          const ready = [...wanted].filter((name) => !running.includes(name)).length;
          if (queue.length !== ready) problems.push(`${queue.length} keys are ready, not ${ready}`);
        }
        expect(problems).toEqual([]);
      }),
    );
  });
});
