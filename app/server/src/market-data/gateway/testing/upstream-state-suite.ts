import { beforeEach, describe, expect, it } from 'vitest';
import { RESERVATION_GRACE_MS, type UpstreamState } from '../upstream-state.ts';
import { TestClock } from './test-clock.ts';

const BUDGET = { capacity: 3, secondsPerCall: 3 };
const POLICY = { failuresToOpen: 2, coolDownMs: 60_000, longestCoolDownMs: 200_000 };

/**
 * What every adapter has to do. `open` gives a new worker's view of the same, at first empty, state.
 * @param caseName a name that no earlier case used, for adapters that keep what they were told
 */
export function describeUpstreamState(open: (clock: TestClock) => Promise<() => UpstreamState>): void {
  let clock: TestClock;
  let worker: () => UpstreamState;
  beforeEach(async () => {
    clock = new TestClock();
    worker = await open(clock);
  });

  describe('the budget of a host', () => {
    it('gives what the bucket holds, then one call per interval', async () => {
      const state = worker();
      for (const tokens of [2, 1, 0]) {
        expect(await state.pay('a', 1, BUDGET, 'q')).toEqual({ paid: true, tokens });
      }
      expect(await state.pay('a', 1, BUDGET, 'q')).toEqual({ paid: false, retryAfterMs: 3_000 });
      clock.advance(2_000);
      expect(await state.pay('a', 1, BUDGET, 'q')).toEqual({ paid: false, retryAfterMs: 1_000 });
      clock.advance(1_000);
      expect(await state.pay('a', 1, BUDGET, 'q')).toMatchObject({ paid: true });
      expect(await state.pay('b', 1, BUDGET, 'q')).toEqual({ paid: true, tokens: 2 });
    });

    it('never holds more than its capacity, and loses nothing when the clock goes back', async () => {
      const state = worker();
      await state.pay('a', 1, BUDGET, 'q');
      clock.advance(86_400_000);
      expect(await state.pay('a', 1, BUDGET, 'q')).toEqual({ paid: true, tokens: 2 });
      clock.advance(-60_000);
      expect(await state.pay('a', 1, BUDGET, 'q')).toEqual({ paid: true, tokens: 1 });
      clock.advance(60_000);
      expect(await state.pay('a', 1, BUDGET, 'q')).toEqual({ paid: true, tokens: 0 });
    });

    it('lets a call that costs more than the bucket holds go from a full one, into debt', async () => {
      const state = worker();
      expect(await state.pay('a', 57, BUDGET, 'q')).toEqual({ paid: true, tokens: -54 });
      expect(await state.pay('a', 1, BUDGET, 'q')).toEqual({ paid: false, retryAfterMs: 55 * 3_000 });
      clock.advance(55 * 3_000);
      expect(await state.pay('a', 57, BUDGET, 'q')).toEqual({ paid: false, retryAfterMs: 2 * 3_000 });
      expect(await state.pay('a', 1, BUDGET, 'q')).toMatchObject({ paid: true });
    });

    it('is reserved for a large call that was refused, so that small ones cannot keep it from filling', async () => {
      const state = worker();
      const [small, large] = [
        () => worker().pay('a', 1, BUDGET, 'small'),
        () => worker().pay('a', 57, BUDGET, 'large'),
      ];
      await state.pay('a', 1, BUDGET, 'small');
      expect(await large()).toEqual({ paid: false, retryAfterMs: 3_000 });
      expect(await small()).toEqual({ paid: false, retryAfterMs: 3_000 });
      expect(await state.pay('a', 57, BUDGET, 'another')).toEqual({ paid: false, retryAfterMs: 3_000 });
      clock.advance(3_000);
      expect(await small()).toEqual({ paid: false, retryAfterMs: 3_000 });
      expect(await large()).toEqual({ paid: true, tokens: -54 });
      expect(await small()).toEqual({ paid: false, retryAfterMs: 55 * 3_000 });
      clock.advance(55 * 3_000);
      expect(await small()).toEqual({ paid: true, tokens: 0 });
    });

    it('is not reserved for long for somebody who does not come back', async () => {
      const state = worker();
      await state.pay('a', 1, BUDGET, 'small');
      await state.pay('a', 57, BUDGET, 'large');
      clock.advance(3_000 + RESERVATION_GRACE_MS - 1);
      expect(await state.pay('a', 1, BUDGET, 'small')).toMatchObject({ paid: false });
      clock.advance(1);
      expect(await state.pay('a', 1, BUDGET, 'small')).toMatchObject({ paid: true });
    });

    it('is one for all workers', async () => {
      const workers = [worker(), worker(), worker()];
      const payments = await Promise.all(
        workers.flatMap((state) => Array.from({ length: 20 }, () => state.pay('a', 1, BUDGET, 'q'))),
      );
      expect(payments.filter(({ paid }) => paid)).toHaveLength(3);
      clock.advance(6_000);
      const later = await Promise.all(
        workers.flatMap((state) => Array.from({ length: 20 }, () => state.pay('a', 1, BUDGET, 'q'))),
      );
      expect(later.filter(({ paid }) => paid)).toHaveLength(2);
    });
  });

  const admit = (state: UpstreamState, leaseMs = 1_000) => state.admit('f', POLICY, leaseMs, 1);
  const fail = (state: UpstreamState, openings = 0) => state.failed('f', openings, POLICY, 1, 'timeout');
  const inSeconds = (seconds: number): Date => new Date(clock.now().getTime() + seconds * 1000);

  describe('the circuit of a function', () => {
    it('opens after failures in a row, and a success between them counts', async () => {
      const state = worker();
      await fail(state);
      await state.succeeded('f', 0);
      expect(await fail(state)).toEqual({ operation: 'f', openings: 0, until: undefined });
      expect(await admit(state)).toEqual({ admitted: true, openings: 0 });
      expect(await fail(state)).toEqual({ operation: 'f', openings: 1, until: inSeconds(60) });
      expect(await admit(state)).toEqual({ admitted: false, until: inSeconds(60) });
      expect(await state.circuit('f')).toEqual({ operation: 'f', openings: 1, until: inSeconds(60) });
      expect(await state.circuit('g')).toEqual({ operation: 'g', openings: 0, until: undefined });
    });

    it('admits one probe per cool-down, whoever asks, and makes each longer than the last', async () => {
      const workers = [worker(), worker(), worker()];
      for (const state of workers) await fail(state);
      for (const [seconds, openings] of [
        [60, 2],
        [120, 3],
        [200, 4],
        [200, 5],
      ] as const) {
        clock.advance(seconds * 1000 - 1);
        expect(await Promise.all(workers.map((state) => admit(state)))).not.toContainEqual(
          expect.objectContaining({ admitted: true }),
        );
        clock.advance(1);
        const admissions = await Promise.all([...workers, ...workers].map((state) => admit(state)));
        expect(admissions.filter(({ admitted }) => admitted)).toEqual([{ admitted: true, openings }]);
        await fail(worker(), openings);
      }
    });

    it('closes with a good probe, and not with an older call that ends well', async () => {
      const state = worker();
      await fail(state);
      await fail(state);
      await state.succeeded('f', 0);
      expect(await admit(state)).toMatchObject({ admitted: false });
      clock.advance(60_000);
      expect(await admit(state)).toEqual({ admitted: true, openings: 2 });
      await state.succeeded('f', 2);
      expect(await admit(state)).toEqual({ admitted: true, openings: 0 });
    });

    it('does not follow a probe whose worker died with another before the next cool-down is over', async () => {
      const state = worker();
      await fail(state);
      await fail(state);
      clock.advance(60_000);
      await admit(state);
      clock.advance(119_999);
      expect(await admit(worker())).toMatchObject({ admitted: false });
      clock.advance(1);
      expect(await admit(worker(), 500_000)).toMatchObject({ admitted: true });
      clock.advance(499_999);
      expect(await admit(worker())).toMatchObject({ admitted: false });
    });

    it('stays as long as its failed probe says, not as long as late failures of older calls', async () => {
      const state = worker();
      await fail(state);
      await fail(state);
      clock.advance(30_000);
      expect(await fail(state)).toEqual({ operation: 'f', openings: 1, until: inSeconds(30) });
    });

    it('may open with the first failure', async () => {
      const view = await worker().failed('f', 0, { ...POLICY, failuresToOpen: 1 }, 1.5, 'timeout');
      expect(view).toEqual({ operation: 'f', openings: 1, until: inSeconds(90) });
    });
  });

  describe('a question', () => {
    it('is asked by one of many, until it is given back', async () => {
      const workers = [worker(), worker(), worker()];
      const claims = await Promise.all(workers.map((state) => state.claim('k', 1_000)));
      expect(claims.filter((claimed) => claimed)).toHaveLength(1);
      expect(await worker().claim('other', 1_000)).toBe(true);
      await worker().unclaim('k');
      expect(await worker().claim('k', 1_000)).toBe(true);
    });

    it('of a worker that died is free when its lease has ended', async () => {
      await worker().claim('k', 1_000);
      clock.advance(999);
      expect(await worker().claim('k', 1_000)).toBe(false);
      clock.advance(1);
      expect(await worker().claim('k', 1_000)).toBe(true);
    });
  });

  describe('the last good answer', () => {
    it('is the newest that was kept, byte for byte', async () => {
      const body = String.raw`[{"名称":"万科\u0000A","x":"\ud800"}]`;
      await worker().keep('k', 'f', { body, fetchedAt: clock.now() });
      await worker().keep('k', 'f', { body: 'older', fetchedAt: inSeconds(-1) });
      expect(await worker().kept('k')).toEqual({ body, fetchedAt: clock.now() });
      expect(await worker().kept('other')).toBeUndefined();
    });
  });
}
