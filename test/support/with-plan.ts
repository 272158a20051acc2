/** Limits how many plans run at the same time, over all test files, which are processes that share a folder. */
import { mkdirSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ProcessTable } from '../../hack/cluster/processes.ts';
import { Plan, type PlanOptions, type Tier } from './plan.ts';
import { eventually } from './wait.ts';

/** On two cores; a plan waits most of its time, and more of them would only make each other slow. */
const SLOTS = 14;

function tryTake(folder: string): boolean {
  try {
    // Making a folder is atomic: of two that try, one fails.
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

/** Less than SLOT_TEST_MS, so that it is said what a test has waited for in vain. */
const SLOT_WAIT_MS = 600_000;

/** Waits for a free slot below `directory`; the returned function gives it back. */
async function takeSlot(directory: string): Promise<() => void> {
  const folders = Array.from({ length: SLOTS }, (_, index) => join(directory, `slot-${index}`));
  mkdirSync(directory, { recursive: true });
  const what = `one of ${SLOTS} slots for plans in ${directory}: others hold them, or ended without giving them back`;
  const folder = await eventually({ what, timeoutMs: SLOT_WAIT_MS, intervalMs: 200 }, () =>
    folders.find(tryTake),
  );
  return () => rmdirSync(folder);
}

/** Time limit for tests that wait for a slot first; what they wait for afterwards has limits of its own. */
export const SLOT_TEST_MS = 900_000;

/** Runs `work` with a plan of its own as soon as there is a slot, keeps its logs where that fails, and ends everything that the plan started. */
export async function withPlan(
  tier: Tier,
  namespace: string,
  work: (plan: Plan) => Promise<void>,
  options: PlanOptions = {},
): Promise<void> {
  const giveBack = await takeSlot(join(tier.scratch, 'slots'));
  try {
    await runPlan(
      await Plan.create(tier, namespace, options),
      work,
      new ProcessTable(dirname(tier.kubeconfig)),
    );
  } finally {
    giveBack();
  }
}

async function runPlan(
  plan: Plan,
  work: (plan: Plan) => Promise<void>,
  controlPlane: ProcessTable,
): Promise<void> {
  try {
    await work(plan);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const dead = controlPlane.lastWordsOfTheDead();
    throw new Error(`${reason}${dead}\n(logs of this plan: ${plan.keepArtifacts()})`, { cause: error });
  } finally {
    await plan.stop();
  }
}
