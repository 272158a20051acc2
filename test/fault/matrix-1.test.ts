import { expect, inject, it } from 'vitest';
import { seed } from '../support/random.ts';
import { runShard } from './matrix.ts';

const HOURS_MS = 6 * 3_600_000;

it(`comes to the same end whatever happens, part 1 (SEED=${seed})`, { timeout: HOURS_MS }, async () => {
  const { struck, sigkills, failures } = await runShard(inject('tier'), { index: 0, count: 2 });
  expect(failures).toEqual([]);
  // Half of what a sample must come to; what somebody picks is judged plan by plan.
  if (['FAULT', 'FAULTS', 'WORKLOADS'].some((name) => process.env[name])) return;
  expect(sigkills).toBeGreaterThanOrEqual(8);
  expect(struck).toBeGreaterThanOrEqual(30);
});
