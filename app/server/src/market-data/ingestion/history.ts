import type { EmptyReason } from '../provider.ts';
import { dropUnwanted, recordOutcome } from '../store/progress.ts';
import { storedSymbols } from '../store/symbols.ts';
import { fromSource } from './failure.ts';
import { namesOf, refreshCalendar, storeListings } from './listings.ts';
import { loadSeries } from './load-series.ts';
import type { Run } from './run.ts';

/**
 * Loads symbols, calendar, corporate actions and whole daily histories. Progress is committed with every batch, so a run
 * that was killed goes on where it stopped.
 * @throws RunPaused, AbortError; SourceError when the source cannot even be listed; the database's own errors
 */
export async function loadHistory(given: Run): Promise<void> {
  const { database, provider, runId, symbols, signal } = given;
  const available = await fromSource('the list of series', provider.listSeries(signal));
  await storeListings(given, available);
  const run = await refreshCalendar(given);
  const wanted = symbols ?? available;
  const dropped = await dropUnwanted(database, runId, wanted);
  if (dropped.length > 0)
    run.warn(`no longer wanted since an earlier attempt began them: ${namesOf(dropped)}`);
  const known = new Set(available);
  const without = wanted.filter((symbol) => !known.has(symbol));
  const listed = new Set(
    (await storedSymbols(database, provider.source, without)).map(({ symbol }) => symbol),
  );
  for (const symbol of without) {
    const detail: EmptyReason = listed.has(symbol) ? 'no_series' : 'not_listed';
    await recordOutcome(database, runId, { symbol, outcome: 'empty', detail });
  }
  await loadSeries(
    run,
    wanted.filter((symbol) => known.has(symbol)).map((symbol) => ({ symbol })),
  );
}
