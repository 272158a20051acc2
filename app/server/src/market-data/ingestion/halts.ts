import { storeHalts, markSuspended } from '../store/halts.ts';
import { readIfPossible } from './reading.ts';
import type { Run } from './run.ts';

/** Stores who is halted on a day by the source's own list, with reasons, and marks the symbols. */
export async function refreshHalts(run: Run, day: string): Promise<void> {
  const { database, provider, signal } = run;
  if (!provider.offers.has('halts')) return;
  const answer = await readIfPossible(run, `the halts of ${day}`, () => provider.halts(day, signal));
  if (answer === undefined) return;
  await database.transaction(async (sql) => {
    await storeHalts(sql, provider.source, answer.origin, answer.value);
    await markSuspended(sql, provider.source, day);
  });
}
