/**
 * The operator is killed with SIGKILL right after each of its writes in turn, a plan per write. Whatever was half
 * done, the next process must finish it: ready, nothing made twice, no value of a Secret changed.
 *
 * One plan alone: KILL_AT_WRITE=N vitest run --project apiserver test/apiserver/kill.test.ts
 * At another moment: KILL_POSITION=before-forward (the write is lost) or after-apply (its reply is lost).
 */
import { expect, inject, it } from 'vitest';
import { atWrite, parsePosition } from '../support/interceptors.ts';
import type { Plan } from '../support/plan.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { shapeOf } from '../support/inventory.ts';
import { eventually, inParallel } from '../support/wait.ts';
import { formatRecord } from '../support/write-log.ts';

/** Plans at the same time; most of a plan is waiting for leases and controllers. */
const PARALLEL = 6;

const tier = inject('tier');
const only = process.env['KILL_AT_WRITE'];
const position = parsePosition(process.env['KILL_POSITION'] ?? 'after-reply');

/** State that no restart may change. */
interface Snapshot {
  readonly credentials: Readonly<Record<string, string>>;
  readonly claimUID: string | undefined;
}

const snapshot = async (plan: Plan): Promise<Snapshot> => ({
  credentials: await plan.credentials(),
  claimUID: await plan.claimUID(),
});

/** An undisturbed creation: how many writes it takes, and what there is afterwards. */
interface Reference {
  readonly writes: number;
  readonly shape: readonly string[];
}

async function runReference(): Promise<Reference> {
  let reference: Reference = { writes: 0, shape: [] };
  await withPlan(tier, 'kill-reference', async (plan) => {
    await plan.converge();
    await plan.settle();
    const { log } = plan.proxy;
    reference = { writes: log.writeCount, shape: await shapeOf(plan) };
    console.log(`reference: ${log.writeCount} writes\n${log.writes.map(formatRecord).join('\n')}`);
  });
  return reference;
}

/** Starts the operator and kills it after write `number`; undefined where it was ready and quiet before that write. */
async function killAfter(plan: Plan, number: number): Promise<string | undefined> {
  let killedAt: string | undefined;
  const stopIntercepting = plan.proxy.intercept(
    atWrite(number, position, ({ record }) => {
      plan.operator.kill('SIGKILL');
      plan.proxy.cutConnections();
      killedAt = formatRecord(record);
    }),
  );
  await plan.operator.start();
  await plan.createObject();
  const ended = eventually({ what: `write ${number}`, timeoutMs: 120_000, intervalMs: 20 }, () => killedAt);
  const quiet = plan
    .waitReady()
    .then(() => plan.settle(5000))
    .then(() => undefined)
    .catch(() => ended);
  const result = await Promise.race([ended, quiet]);
  ended.catch(() => undefined);
  stopIntercepting();
  return result;
}

async function expectUnharmed(plan: Plan, before: Snapshot, shape: readonly string[]): Promise<void> {
  const after = await snapshot(plan);
  expect(await shapeOf(plan), 'objects that an undisturbed creation has, too').toEqual(shape);
  const twice = [...plan.proxy.log.creates()].filter(([, count]) => count > 1);
  expect(twice, 'created more than once').toEqual([]);
  expect(after.credentials, 'values of the Secrets that existed at the kill').toMatchObject(
    before.credentials,
  );
  const numbers = Object.keys(after.credentials).filter((name) => /-[2-9]$/.test(name));
  expect(numbers, 'second generations of generated Secrets').toEqual([]);
  if (before.claimUID !== undefined) expect(after.claimUID).toBe(before.claimUID);
  const deletes = plan.proxy.log.writes.filter(
    ({ verb }) => verb === 'delete' || verb === 'deletecollection',
  );
  expect(deletes.map(formatRecord), 'deletions during a creation').toEqual([]);
}

/** Runs one plan; says what happened, and undefined where there was nothing to kill after. */
async function runPlan(number: number, shape: readonly string[]): Promise<string | undefined> {
  let report: string | undefined;
  const started = performance.now();
  await withPlan(tier, `kill-${number}`, async (plan) => {
    const killedAt = await killAfter(plan, number);
    if (killedAt === undefined) return;
    await plan.operator.exited();
    const before = await snapshot(plan);
    await plan.restartOperator();
    await plan.waitReady().catch((error: unknown) => {
      throw new Error(`killed after ${killedAt}: ${String(error)}`, { cause: error });
    });
    await expectUnharmed(plan, before, shape);
    report = `${killedAt.trim()}; ready after ${((performance.now() - started) / 1000).toFixed(1)} s`;
  });
  return report;
}

it('finishes a creation whichever write was its last', { timeout: SLOT_TEST_MS }, async () => {
  const { writes, shape } = await runReference();
  const numbers =
    only === undefined ? Array.from({ length: writes }, (_, index) => index + 1) : [Number(only)];
  const started = performance.now();
  const failures: string[] = [];
  const kills: number[] = [];
  let done = 0;
  await inParallel(numbers, PARALLEL, async (number) => {
    const outcome = await runPlan(number, shape).catch((error: unknown) => {
      failures.push(`KILL_AT_WRITE=${number}: ${String(error)}`);
      return `FAILED: ${String(error)}`;
    });
    if (outcome !== undefined) kills.push(number);
    done += 1;
    const elapsed = ((performance.now() - started) / 1000).toFixed(0);
    const said = outcome ?? 'ready with fewer writes, nothing to kill after';
    console.log(`[${done}/${numbers.length}, ${elapsed} s] kill ${position} of write ${number}: ${said}`);
  });
  expect(failures).toEqual([]);
  // The number of status writes depends on timing, so a run may be over before the last numbers; that of creations does not.
  expect(kills.length).toBeGreaterThanOrEqual(only === undefined ? shape.length : 1);
});
