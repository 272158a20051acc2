import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { SourceError } from '../source-error.ts';
import type { Gateway, GatewayOptions } from './gateway.ts';
import { MemoryUpstreamState } from './testing/memory-upstream-state.ts';
import { banned, call, GatewayBench } from './testing/open-gateway.ts';

const MINUTE = 60_000;

describe('what one asks and all others depend on', () => {
  let clock: GatewayBench['clock'];
  let upstream: GatewayBench['upstream'];
  let openings: GatewayBench['openings'];
  let open: GatewayBench['open'];
  let gateway: Gateway;

  beforeEach(() => {
    ({ clock, upstream, open, openings } = new GatewayBench());
  });

  describe('with a question that is known to have an answer', () => {
    /** The upstream answers what it is told, by path. */
    const answering = (
      answers: Readonly<Record<string, () => Promise<string>>>,
    ): GatewayOptions['transport'] => ({
      get: async (path) => {
        paths.push(path);
        return { status: 200, mediaType: 'application/json', body: await (answers[path] ?? banned)() };
      },
    });
    let paths: string[];
    const good = (): Promise<string> => Promise.resolve('good');
    const reference = call({ path: '/known' });
    const about = (path: string) => call({ path, reference });
    const budgetOf = () => ({ capacity: 100, secondsPerCall: 1 });
    beforeEach(() => (paths = []));

    it('takes a failure that the reference does not share for the symbol’s own, however many follow each other', async () => {
      gateway = open({ transport: answering({ '/known': good, '/9': good }), budgetOf });
      for (const path of ['/1', '/2', '/3', '/4', '/5'])
        await expect(gateway.ask(about(path))).rejects.toMatchObject({ failure: 'symbol_failed' });
      expect(await gateway.ask(about('/9'))).toMatchObject({ value: 'GOOD' });
      expect(await openings()).toBe(0);
    });

    it('keeps the kind of an answer that breaks the contract, and forgets it as well', async () => {
      gateway = open({
        transport: answering({ '/known': good, '/1': good, '/2': good, '/9': good }),
        budgetOf,
      });
      const read = (): never => {
        throw new SourceError('the answer', { failure: 'contract', violation: 'wrong_symbol' });
      };
      for (const path of ['/1', '/2', '/1', '/2'])
        await expect(gateway.ask({ ...about(path), read })).rejects.toMatchObject({
          failure: 'contract',
          violation: 'wrong_symbol',
        });
      expect(await gateway.ask(about('/9'))).toMatchObject({ value: 'GOOD' });
    });

    it('counts against the function what the reference shares, and makes no more calls of it than without', async () => {
      gateway = open({ transport: answering({}), budgetOf });
      await expect(gateway.ask(about('/1'))).rejects.toMatchObject({ failure: 'upstream_failed' });
      await expect(gateway.ask(about('/2'))).rejects.toMatchObject({ failure: 'resting' });
      expect(paths).toEqual(['/1', '/known']);
    });

    it('probes with it, so that a symbol without data cannot keep the function closed', async () => {
      const answers: Record<string, () => Promise<string>> = {};
      gateway = open({ transport: answering(answers), budgetOf });
      await gateway.ask(about('/1')).catch(() => undefined);
      answers['/known'] = good;
      clock.advance(MINUTE);
      await expect(gateway.ask(about('/2'))).rejects.toMatchObject({ failure: 'symbol_failed' });
      expect(paths).toEqual(['/1', '/known', '/known', '/2', '/known']);
      expect(await openings()).toBe(0);
    });

    it('does not wait for itself where it is the question', async () => {
      gateway = open({ transport: answering({}), budgetOf });
      await expect(gateway.ask(about('/known'))).rejects.toMatchObject({ failure: 'upstream_failed' });
    });
  });

  describe('with several workers', () => {
    it('asks a question about the whole market once: the others find the answer', async () => {
      const timed = { now: () => new Date() };
      const shared = { state: new MemoryUpstreamState(timed), clock: timed, patienceMs: 5_000 };
      const workers = [open(shared), open(shared), open(shared)];
      const answer = Promise.withResolvers<string>();
      upstream.answer = () => answer.promise;
      const asked = workers.map((worker) => worker.ask(call({ keep: { freshMs: MINUTE } })));
      while (upstream.sent.length === 0) await sleep(1);
      await sleep(20);
      answer.resolve('good');
      expect((await Promise.all(asked)).map(({ value }) => value)).toEqual(['GOOD', 'GOOD', 'GOOD']);
      expect(upstream.sent).toHaveLength(1);
    });

    it('asks again where the one who asked has failed', async () => {
      const timed = { now: () => new Date() };
      const shared = { state: new MemoryUpstreamState(timed), clock: timed, patienceMs: 5_000 };
      const question = call({ keep: { freshMs: MINUTE } });
      const fails = Promise.withResolvers<string>();
      upstream.answer = () => fails.promise;
      const first = open(shared).ask(question);
      while (upstream.sent.length === 0) await sleep(1);
      const second = open(shared).ask(question);
      await sleep(20);
      upstream.answer = () => Promise.resolve('good');
      fails.reject(new SourceError('the answer', { failure: 'upstream_failed' }));
      await expect(first).rejects.toMatchObject({ failure: 'upstream_failed' });
      expect(await second).toMatchObject({ value: 'GOOD' });
    });
  });
});
