import type { Transaction } from '../../database/sql.ts';
import { CorporateActionError } from '../adjustment/corporate-action.ts';
import type { CorporateAction, Origin } from '../provider.ts';
import { recomputeFactors } from '../store/factors.ts';
import { endFactorsKnown, extendFactorsKnown, setFactorsKnown } from '../store/known-factors.ts';
import { storeCorporateActions, symbolsWithActions } from '../store/reference.ts';
import { recordSeenExDates, unlistedExDates } from '../store/seen-ex-dates.ts';
import type { Run } from './run.ts';

/** Actions as the source answered them, and the span in which none is missing. */
export interface KnownActions {
  readonly origin: Origin;
  readonly from: string;
  readonly until: string;
  readonly actions: readonly CorporateAction[];
}

/** What the closing quote of a day tells of the days since the bar before. */
export interface ShownByQuote {
  /** Date of the bar before. */
  readonly after: string;
  readonly day: string;
  /** The price that the day counts from where it is not the close before: an ex-date; undefined: there was none. */
  readonly reference?: number | undefined;
}

/** What an answer says about the rights of a share. */
export interface RightsOfSeries {
  readonly symbol: string;
  /** undefined: they were not asked for or not answered, what is stored holds; null: the source cannot tell. */
  readonly actions?: KnownActions | null | undefined;
  readonly shown?: ShownByQuote | undefined;
}

/**
 * Stores the actions of these series, how far they are known, and the factors. Everything that may say "known" is
 * decided here, under the symbols' locks: an ex-date that a quote has shown ends what is known until an action of it
 * is stored, whatever later quotes and answers say.
 */
export async function storeFactorsOf(
  sql: Transaction,
  run: Run,
  finished: readonly RightsOfSeries[],
): Promise<void> {
  const { source } = run.provider;
  const symbols = finished.map(({ symbol }) => symbol);
  const changed = new Set(await symbolsWithActions(sql, source, symbols));
  for (const { symbol, actions } of finished) {
    if (actions === undefined) continue;
    const key = { source, symbol };
    if (actions !== null)
      await storeCorporateActions(sql, { ...key, origin: actions.origin }, actions.actions);
    await setFactorsKnown(sql, key, actions);
    if (actions !== null) changed.add(symbol);
  }
  await storeShown(sql, source, finished);
  await endFactorsKnown(sql, source, await unlistedExDates(sql, source, symbols));
  for (const symbol of changed) await factorsOf(sql, run, symbol);
}

async function storeShown(
  sql: Transaction,
  source: string,
  finished: readonly RightsOfSeries[],
): Promise<void> {
  const shown = finished.flatMap((series) =>
    series.shown === undefined ? [] : [{ symbol: series.symbol, ...series.shown }],
  );
  await recordSeenExDates(
    sql,
    source,
    shown.flatMap(({ symbol, after, day: exDate, reference }) =>
      reference === undefined ? [] : [{ symbol, after, exDate, reference }],
    ),
  );
  await extendFactorsKnown(
    sql,
    source,
    shown.filter(({ reference }) => reference === undefined),
  );
}

/** Terms that fit no price leave the symbol without factors, which its readers are told; they are no reason to fail. */
async function factorsOf(sql: Transaction, run: Run, symbol: string): Promise<void> {
  const key = { source: run.provider.source, symbol };
  try {
    await recomputeFactors(sql, key);
  } catch (error) {
    if (!(error instanceof CorporateActionError)) throw error;
    run.warn(`${symbol} has no adjustment factors: ${error.message}`);
    await setFactorsKnown(sql, key, null);
    await recomputeFactors(sql, key);
  }
}
