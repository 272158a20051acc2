import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { SourceError } from '../source-error.ts';
import type { Gateway } from './gateway.ts';
import { MemoryUpstreamState } from './testing/memory-upstream-state.ts';
import { banned, call, GatewayBench } from './testing/open-gateway.ts';

const MINUTE = 60_000;

describe('Gateway', () => {
  let clock: GatewayBench['clock'];
  let upstream: GatewayBench['upstream'];
  let observer: GatewayBench['observer'];
  let openings: GatewayBench['openings'];
  let open: GatewayBench['open'];
  let gateway: Gateway;

  beforeEach(() => {
    ({ clock, upstream, observer, open, openings } = new GatewayBench());
    gateway = open();
  });

  it('answers with what was read and when it was asked', async () => {
    expect(await gateway.ask(call())).toEqual({ value: 'GOOD', fetchedAt: clock.now(), stale: false });
    expect(observer.count('called:f:ok')).toBe(1);
  });

  it('asks once what is asked several times at once, and again afterwards', async () => {
    const answers = await Promise.all([gateway.ask(call()), gateway.ask(call()), gateway.ask(call())]);
    expect(answers.map(({ value }) => value)).toEqual(['GOOD', 'GOOD', 'GOOD']);
    expect(upstream.sent).toHaveLength(1);
    await gateway.ask(call());
    await gateway.ask(call({ path: '/f?x=1' }));
    expect(upstream.sent).toHaveLength(3);
  });

  it('ends a shared call when nobody waits for it any more, and no sooner', async () => {
    upstream.answer = () => new Promise(() => undefined);
    const [one, two] = [new AbortController(), new AbortController()];
    const first = gateway.ask(call(), one.signal);
    const second = gateway.ask(call(), two.signal);
    while (upstream.sent.length === 0) await sleep(1);
    one.abort(new Error('one left'));
    await expect(first).rejects.toThrow('one left');
    expect(upstream.sent[0]?.signal.aborted).toBe(false);
    two.abort(new Error('two left'));
    await expect(second).rejects.toThrow('two left');
    expect(upstream.sent[0]?.signal.aborted).toBe(true);
    await sleep(1);
    // Nobody's going away is no verdict on the upstream.
    expect([observer.count('called:f:abandoned'), await openings()]).toEqual([1, 0]);
  });

  it('sends nothing beyond the budget and says when it can', async () => {
    for (const path of ['/1', '/2', '/3']) await gateway.ask(call({ path }));
    await expect(gateway.ask(call({ path: '/4' }))).rejects.toMatchObject({
      failure: 'over_budget',
      retryAt: new Date(clock.now().getTime() + 3_000),
    });
    expect(upstream.sent).toHaveLength(3);
    expect(observer.count('heldBack:f:over_budget')).toBe(1);
  });

  it('waits for the budget as long as it has patience, and stops waiting with the signal', async () => {
    const timed = { now: () => new Date() };
    gateway = open({
      state: new MemoryUpstreamState(timed),
      clock: timed,
      budgetOf: () => ({ capacity: 1, secondsPerCall: 0.1 }),
      patienceMs: 5_000,
    });
    const started = performance.now();
    await Promise.all(['/1', '/2', '/3', '/4'].map((path) => gateway.ask(call({ path }))));
    expect(performance.now() - started).toBeGreaterThan(280);
    gateway = open({
      state: new MemoryUpstreamState(timed),
      clock: timed,
      budgetOf: () => ({ capacity: 1, secondsPerCall: 60 }),
      patienceMs: 100_000,
    });
    await gateway.ask(call({ path: '/5' }));
    const stop = new AbortController();
    const waiting = gateway.ask(call({ path: '/6' }), stop.signal);
    stop.abort(new Error('the worker stops'));
    await expect(waiting).rejects.toThrow('the worker stops');
  });

  it('has no more calls under way than slots', async () => {
    const turns: (() => void)[] = [];
    upstream.answer = () => new Promise((resolve) => turns.push(() => resolve('good')));
    const calls = ['/1', '/2', '/3'].map((path) => gateway.ask(call({ path })));
    while (upstream.sent.length < 2) await sleep(1);
    await sleep(5);
    expect(upstream.sent).toHaveLength(2);
    turns.shift()?.();
    while (upstream.sent.length < 3) await sleep(1);
    for (const turn of turns) turn();
    while (turns.length < 2) await sleep(1);
    for (const turn of turns) turn();
    expect(await Promise.all(calls)).toHaveLength(3);
  });

  it('gives the place in the queue of a caller that went away to the next', async () => {
    const turns: (() => void)[] = [];
    upstream.answer = () => new Promise((resolve) => turns.push(() => resolve('good')));
    gateway = open({ slots: 1 });
    const first = gateway.ask(call({ path: '/1' }));
    while (turns.length === 0) await sleep(1);
    const stop = new AbortController();
    const second = gateway.ask(call({ path: '/2' }), stop.signal);
    const third = gateway.ask(call({ path: '/3' }));
    await sleep(5);
    stop.abort(new Error('the worker stops'));
    await expect(second).rejects.toThrow('the worker stops');
    turns[0]?.();
    while (turns.length < 2) await sleep(1);
    turns[1]?.();
    expect((await Promise.all([first, third])).map(({ value }) => value)).toEqual(['GOOD', 'GOOD']);
    expect(upstream.sent.map(({ path }) => path)).toEqual(['/1', '/3']);
  });

  it('rests after failures, makes one probe per cool-down, and goes on after a good one', async () => {
    upstream.answer = banned;
    const minutes: number[] = [];
    const strangers: unknown[] = [];
    const isStranger = (error: unknown): boolean => !(error instanceof SourceError);
    for (let minute = 0; minute < 60; minute += 1) {
      if (minute === 30) upstream.answer = () => Promise.resolve('good');
      const before = upstream.sent.length;
      for (let attempt = 0; attempt < 5; attempt += 1) {
        await gateway.ask(call()).catch((error: unknown) => strangers.push(...[error].filter(isStranger)));
        clock.advance(MINUTE / 5);
      }
      if (upstream.sent.length > before) minutes.push(minute);
    }
    expect(strangers).toEqual([]);
    // Two failures open it; probes after 1, 2, 4, 8 and, the longest, 10 minutes; recovered, it asks every minute.
    expect(minutes.slice(0, 6)).toEqual([0, 1, 3, 7, 15, 25]);
    expect(minutes.slice(6)).toEqual(Array.from({ length: 25 }, (_, index) => 35 + index));
    expect(await openings()).toBe(0);
  });

  it('does not pay for what rests', async () => {
    upstream.answer = banned;
    for (const path of ['/1', '/2']) await gateway.ask(call({ path })).catch(() => undefined);
    await expect(gateway.ask(call({ path: '/3' }))).rejects.toMatchObject({ failure: 'resting' });
    upstream.answer = () => Promise.resolve('good');
    expect(await gateway.ask(call({ operation: 'g', path: '/g' }))).toMatchObject({ value: 'GOOD' });
  });

  describe('with answers that are kept', () => {
    const kept = call({ keep: { freshMs: 10 * MINUTE } });

    it('does not ask again while the last one is fresh', async () => {
      const { fetchedAt } = await gateway.ask(kept);
      clock.advance(9 * MINUTE);
      expect(await gateway.ask(kept)).toEqual({ value: 'GOOD', fetchedAt, stale: false });
      clock.advance(MINUTE);
      upstream.answer = () => Promise.resolve('newer');
      expect(await gateway.ask(kept)).toEqual({ value: 'NEWER', fetchedAt: clock.now(), stale: false });
      expect(upstream.sent).toHaveLength(2);
    });

    it('serves the last good one with its own time when the upstream fails', async () => {
      const { fetchedAt } = await gateway.ask(kept);
      clock.advance(60 * MINUTE);
      upstream.answer = banned;
      for (let attempt = 0; attempt < 5; attempt += 1)
        expect(await gateway.ask(kept)).toEqual({ value: 'GOOD', fetchedAt, stale: true });
      expect(observer.keptAges).toEqual([0, 3600, 3600, 3600, 3600, 3600]);
      expect(upstream.sent).toHaveLength(3);
    });

    it('keeps nothing that was refused, and serves nothing that today would be', async () => {
      const refuse = (): never => {
        throw new SourceError('the answer', { failure: 'contract', violation: 'html' });
      };
      await expect(gateway.ask({ ...kept, read: refuse })).rejects.toMatchObject({ violation: 'html' });
      expect(observer.count('violated:f:html')).toBe(1);
      await gateway.ask(kept);
      clock.advance(60 * MINUTE);
      upstream.answer = banned;
      await expect(gateway.ask({ ...kept, read: refuse })).rejects.toMatchObject({
        failure: 'upstream_failed',
      });
    });
  });
});
