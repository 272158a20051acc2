import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../kube/index.ts';
import { FakeClock } from '../../kube/testing/fake-clock.ts';
import type { Entry } from './entry.ts';
import { Merge, type Lane } from './merge.ts';

const NEVER = new AbortController().signal;

const entry = (at: number, text = String(at)): Entry => ({
  origin: { component: 'server', namespace: 'a', pod: 'p', container: 'c' },
  at: BigInt(at),
  text,
  more: [],
});

async function all(merge: Merge): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let next = await merge.next(NEVER); next; next = await merge.next(NEVER)) entries.push(next);
  return entries;
}

async function feed(lane: Lane, times: readonly number[], pauses: readonly number[]): Promise<void> {
  for (const [index, at] of times.entries()) {
    for (let turn = pauses[index % pauses.length] ?? 0; turn > 0; turn -= 1) await Promise.resolve();
    await lane.push(entry(at));
  }
  lane.close();
}

describe('what lies before', () => {
  it('is in the order of the times, however the streams come', async () => {
    const stream = fc.array(fc.nat(200), { maxLength: 400 }).map((times) => times.toSorted((a, b) => a - b));
    const pauses = fc.array(fc.nat(5), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(stream, pauses), { maxLength: 6 }), async (streams) => {
        const merge = new Merge(systemClock, 0);
        const lanes = streams.map(([times, rests]) => ({ lane: merge.lane(), times, rests }));
        merge.complete();
        const [merged] = await Promise.all([
          all(merge),
          ...lanes.map(({ lane, times, rests }) => feed(lane, times, rests)),
        ]);
        const expected = streams.flatMap(([times]) => times).toSorted((a, b) => a - b);
        expect(merged.map(({ at }) => Number(at))).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('waits for a stream that is late, and holds no more of the others than there is room for', async () => {
    const merge = new Merge(systemClock, 0);
    const [early, late] = [merge.lane(), merge.lane()];
    let pushed = 0;
    void (async () => {
      for (let at = 1; at <= 10_000; at += 1) {
        await early.push(entry(at));
        pushed = at;
      }
    })();
    const first = merge.next(NEVER);
    await new Promise((done) => setTimeout(done, 50));
    expect(pushed).toBeLessThan(300);
    await late.push(entry(0, 'late'));
    expect((await first)?.text).toBe('late');
    late.close();
    expect((await merge.next(NEVER))?.text).toBe('1');
  });

  it('bounds what waits by its size as well', async () => {
    const lane = new Merge(systemClock, 0).lane();
    let isThrough = false;
    void lane.push(entry(1, 'x'.repeat(2 ** 21))).then(() => (isThrough = true));
    await new Promise((done) => setTimeout(done, 5));
    expect(isThrough).toBe(false);
    lane.take();
    await new Promise((done) => setTimeout(done, 5));
    expect(isThrough).toBe(true);
  });
});

describe('what happens now', () => {
  it('waits for a moment, and leaves in the order of the times', async () => {
    const clock = new FakeClock();
    const merge = new Merge(clock, 400);
    const lanes = [merge.lane(), merge.lane(), merge.lane()];
    for (const lane of lanes) lane.goLive();
    const seen: string[] = [];
    void (async () => {
      for (let next = await merge.next(NEVER); next; next = await merge.next(NEVER)) seen.push(next.text);
    })();
    await lanes[0]?.push(entry(2));
    await lanes[1]?.push(entry(1));
    await clock.advance(399);
    expect(seen).toEqual([]);
    await clock.advance(1);
    expect(seen).toEqual(['1', '2']);
    // Nothing is known of the others: once every one of them has something, nobody need wait.
    await lanes[0]?.push(entry(5));
    await lanes[1]?.push(entry(3));
    await lanes[2]?.push(entry(4));
    await clock.advance(0);
    expect(seen).toEqual(['1', '2', '3']);
  });

  it('gives what has arrived when it is told to end', async () => {
    const merge = new Merge(new FakeClock(), 400);
    const lane = merge.lane();
    lane.goLive();
    merge.lane();
    await lane.push(entry(1));
    const stop = new AbortController();
    const next = merge.next(stop.signal);
    stop.abort();
    expect((await next)?.text).toBe('1');
    expect(await merge.next(stop.signal)).toBeUndefined();
  });
});
