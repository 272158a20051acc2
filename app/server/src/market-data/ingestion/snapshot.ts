import { isFrozen } from '../market-data-source.ts';
import type { MarketSnapshot, Origin } from '../provider.ts';
import { type SymbolOutcome, recordOutcome, WHOLE_MARKET } from '../store/progress.ts';
import { finalSnapshot, publishSnapshot } from '../store/snapshots.ts';
import { storeQuoted } from './listings.ts';
import { readIfPossible } from './reading.ts';
import type { Run } from './run.ts';

export interface TakenMarket {
  readonly origin: Origin;
  readonly snapshot: MarketSnapshot;
}

/**
 * Takes a picture of the whole market and publishes it at once.
 * @param waits whether it is worth waiting for while the source rests
 * @returns what was taken, undefined when the source had none; the run's warnings say why
 */
export async function takeSnapshot(run: Run, waits = true): Promise<TakenMarket | undefined> {
  const { database, provider, runId, signal } = run;
  const answer = await readIfPossible(run, 'the market snapshot', () => provider.snapshot(signal), waits);
  const end = (rest: Omit<SymbolOutcome, 'symbol'>): Promise<void> =>
    recordOutcome(database, runId, { symbol: WHOLE_MARKET, ...rest });
  if (answer === undefined) {
    await end({ outcome: 'failed', detail: 'see the warnings of the run' });
    return undefined;
  }
  const { origin, fetchedAt: takenAt, value: snapshot } = answer;
  const { source } = provider;
  if (answer.stale === true)
    run.warn(
      `the market snapshot: the source cannot be asked now; its last answer is of ${takenAt.toISOString()}`,
    );
  const isKnown =
    isFrozen(source) && (await finalSnapshot(database, source, snapshot.tradeDate)) !== undefined;
  if (!isKnown)
    await database.transaction(async (sql) => {
      await storeQuoted(run, sql, snapshot.quotes);
      await publishSnapshot(sql, { source, origin, takenAt, snapshot });
    });
  await end({ outcome: 'data', origin, detail: `${snapshot.quotes.length} quotes of ${snapshot.tradeDate}` });
  return { origin, snapshot };
}
