import { isFrozen } from '../market-data-source.ts';
import type { Fetched, MarketSnapshot, Origin } from '../provider.ts';
import { SourceError } from '../source-error.ts';
import { forgetMended, recordFindings } from '../store/findings.ts';
import { type SymbolOutcome, recordOutcome, WHOLE_MARKET } from '../store/progress.ts';
import { finalSnapshot, publishSnapshot } from '../store/snapshots.ts';
import { storeQuoted } from './listings.ts';
import { readIfPossible } from './reading.ts';
import type { Run } from './run.ts';
import { judgeMarket, type JudgedMarket } from './snapshot-quotes.ts';

export interface TakenMarket {
  readonly origin: Origin;
  readonly snapshot: MarketSnapshot;
}

type Answer = Fetched<MarketSnapshot> & { readonly outcome: 'data' };

/** undefined: so much of the market is missing that it must not be shown. */
async function judgedOrNothing(run: Run, { origin, value }: Answer): Promise<JudgedMarket | undefined> {
  try {
    return await judgeMarket(run, origin, value);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    run.logFailure(error);
    run.warn(error.message);
    return undefined;
  }
}

/** Publishes what may be shown, and what was found about it, at once. */
async function publish(
  run: Run,
  { origin, fetchedAt: takenAt, value: answered }: Answer,
  judged: JudgedMarket,
  snapshot: MarketSnapshot,
): Promise<void> {
  const { database, runId } = run;
  const { source } = run.provider;
  const foundIn = { source, dataset: 'quotes', runId } as const;
  const { findings } = judged;
  await database.transaction(async (sql) => {
    await recordFindings(sql, foundIn, findings);
    await forgetMended(
      sql,
      foundIn,
      answered.quotes.map(({ symbol }) => symbol),
    );
    await storeQuoted(run, sql, snapshot.quotes);
    await publishSnapshot(sql, { source, origin, takenAt, snapshot });
  });
}

/**
 * Takes a picture of the whole market, judges it quote by quote and publishes it at once.
 * @param waits whether it is worth waiting for while the source rests
 * @returns what was taken, undefined when the source had none; the run's warnings say why
 */
export async function takeSnapshot(run: Run, waits = true): Promise<TakenMarket | undefined> {
  const { database, provider, runId, signal } = run;
  const answer = await readIfPossible(run, 'the market snapshot', () => provider.snapshot(signal), waits);
  const end = (rest: Omit<SymbolOutcome, 'symbol'>): Promise<void> =>
    recordOutcome(database, runId, { symbol: WHOLE_MARKET, ...rest });
  const judged = answer && (await judgedOrNothing(run, answer));
  if (answer === undefined || judged === undefined) {
    await end({ outcome: 'failed', detail: 'see the warnings of the run' });
    return undefined;
  }
  const { origin, fetchedAt } = answer;
  const { source } = provider;
  if (answer.stale === true)
    run.warn(
      `the market snapshot: the source cannot be asked now; its last answer is of ${fetchedAt.toISOString()}`,
    );
  const snapshot = { ...answer.value, quotes: judged.quotes };
  const isKnown =
    isFrozen(source) && (await finalSnapshot(database, source, snapshot.tradeDate)) !== undefined;
  if (!isKnown) await publish(run, answer, judged, snapshot);
  await end({ outcome: 'data', origin, detail: `${snapshot.quotes.length} quotes of ${snapshot.tradeDate}` });
  return { origin, snapshot };
}
