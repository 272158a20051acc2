import { expect, it } from 'vitest';
import { TooManyRequestsError } from '../../common/errors.ts';
import { Metrics } from '../../monitoring/metrics/metrics.ts';
import { MOST_RUNNING, PasswordHasher } from './hash-queue.ts';

function queue(): { hasher: PasswordHasher; read: () => Promise<Record<string, number>> } {
  const metrics = new Metrics();
  const hasher = new PasswordHasher(metrics);
  const read = async (): Promise<Record<string, number>> => {
    const text = await metrics.exposition();
    const found = text.matchAll(/^stock_analysis_password_hash_(\w+) (\d+)$/gm);
    return Object.fromEntries([...found].map(([, name = '', value]) => [name, Number(value)]));
  };
  return { hasher, read };
}

it('computes few at once, lets 16 wait in line, refuses what exceeds, and is free again', async () => {
  const { hasher, read } = queue();
  expect([1, 2]).toContain(MOST_RUNNING);
  const taken = MOST_RUNNING + 16;
  const done: number[] = [];
  const refused: unknown[] = [];
  const all = Array.from({ length: taken + 3 }, async (_, index) => {
    try {
      // All kinds of work wait in the same line.
      if (index % 2 === 0) await hasher.hash('correct horse');
      else await hasher.verifyAgainstNothing('correct horse');
      done.push(index);
    } catch (error) {
      refused.push(error);
    }
  });
  expect(await read()).toEqual({ running: MOST_RUNNING, waiting: 16, refused_total: 3 });
  await Promise.all(all);
  expect(done.toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: taken }, (_, index) => index),
  );
  // First come, first served: of the two that run together either may end first.
  for (const [place, index] of done.entries()) expect(Math.abs(place - index)).toBeLessThanOrEqual(1);
  expect(refused).toHaveLength(3);
  expect(refused[0]).toBeInstanceOf(TooManyRequestsError);
  expect(refused[0]).toMatchObject({ status: 429, retryAfterSeconds: 5 });
  expect(await read()).toEqual({ running: 0, waiting: 0, refused_total: 3 });
}, 60_000);

it('gives the place back when the work fails', async () => {
  const { hasher, read } = queue();
  const broken = Array.from({ length: MOST_RUNNING + 16 }, () => hasher.verify('correct horse', 'no hash'));
  expect((await Promise.allSettled(broken)).map(({ status }) => status)).toEqual(
    broken.map(() => 'rejected'),
  );
  expect(await read()).toEqual({ running: 0, waiting: 0, refused_total: 0 });
});

it('takes as long for nobody as for somebody', async () => {
  const { hasher } = queue();
  const stored = await hasher.hash('correct horse');
  const cpu = async (work: () => Promise<unknown>): Promise<number> => {
    const before = process.cpuUsage();
    await work();
    return process.cpuUsage(before).user;
  };
  const [somebody, nobody] = [
    await cpu(() => hasher.verify('wrong horse', stored)),
    await cpu(() => hasher.verifyAgainstNothing('wrong horse')),
  ];
  // Work that is left out would be a factor of thousands.
  expect(nobody / somebody).toBeGreaterThan(0.5);
  expect(nobody / somebody).toBeLessThan(2);
}, 20_000);
