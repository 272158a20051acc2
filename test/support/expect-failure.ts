/** What is asked of every trouble that the operator cannot end by itself: a reason, and no loop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Plan } from './plan.ts';

const WINDOW_MS = 30_000;
/** Status may follow what the cluster says, and an Event goes with it; a loop would be hundreds. */
const MAX_WRITES = 10;

export interface Failure {
  readonly reason: string;
  /** What the message must name. */
  readonly names: readonly string[];
  /** Writes in 30 s. More than the usual 10 where a write is what is refused: it is tried again with growing pauses. */
  readonly maxWrites?: number;
}

/** The object says why, keeps saying so, and the operator writes next to nothing meanwhile. */
export async function expectFailure(plan: Plan, { reason, names, maxWrites }: Failure): Promise<void> {
  const condition = await plan.waitForCondition({ type: 'Ready', status: 'False', reason });
  for (const name of names) expect(condition.message).toContain(name);
  await sleep(2000);
  const before = plan.proxy.log.writeCount;
  await sleep(WINDOW_MS);
  const writes = plan.proxy.log.writesSince(before);
  console.log(`${plan.namespace}: ${writes.length} writes in ${WINDOW_MS / 1000} s`);
  expect(writes.length > (maxWrites ?? MAX_WRITES) ? writes : []).toEqual([]);
  const after = (await plan.object()).status?.conditions?.find(({ type }): boolean => type === 'Ready');
  expect(after).toMatchObject({
    status: 'False',
    reason,
    lastTransitionTime: condition.lastTransitionTime,
  });
}
