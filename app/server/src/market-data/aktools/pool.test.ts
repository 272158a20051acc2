import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../common/clock.ts';
import { SLOTS } from '../gateway/defaults.ts';
import type { Transport } from '../gateway/http-client.ts';
import { FakeAKTools } from './testing/fake-aktools.ts';
import { openProvider } from './testing/open-provider.ts';

/** AKTools works on 40 calls at once, and its probe waits with the others when all are busy. */
describe('the pool of AKTools', () => {
  let fake: FakeAKTools;
  beforeEach(async () => {
    fake = await FakeAKTools.start();
  });
  afterEach(() => fake.close());

  it('is left room in by a process that wants everything at once', async () => {
    fake.requestMs = 20;
    const { provider } = openProvider(fake.url, systemClock, { slots: SLOTS });
    const symbols = Array.from({ length: 60 }, (_, index) => `${600_000 + index}.SH`);
    const answers = await Promise.all(symbols.map((symbol) => provider.valuations(symbol)));
    expect(answers.every(({ outcome }) => outcome === 'data')).toBe(true);
    expect(fake.busiest).toBe(SLOTS);
  });

  it('is waited for while the market is paged, as long as that takes, and no longer', async () => {
    fake.requestMs = 10;
    const { provider } = openProvider(fake.url, systemClock);
    const started = performance.now();
    expect(await provider.snapshot()).toMatchObject({ outcome: 'data' });
    expect(performance.now() - started).toBeGreaterThan(57 * 10);

    const { client } = openProvider(fake.url, systemClock);
    const impatient: Transport = {
      get: (path, limits, signal) => client.get(path, { ...limits, deadlineMs: 200 }, signal),
    };
    const { provider: other } = openProvider(fake.url, systemClock, { transport: impatient });
    await expect(other.snapshot()).rejects.toMatchObject({ failure: 'timeout' });
  });
});
