import type { Bar, DateRange, Fetched, SourceRow } from '../provider.ts';
import { lastBarBefore } from '../store/daily-bars.ts';
import { storedSymbols } from '../store/symbols.ts';
import { type CheckFacts, checkContextOf } from './check-context.ts';
import { fromSource } from './failure.ts';
import { listedHalts } from './halts.ts';
import { judgeDaily } from './judge.ts';
import { readActions } from './read-actions.ts';
import { type Answered, readSymbols } from './reading.ts';
import { type Run, RunPaused } from './run.ts';
import type { ShownByQuote } from './series-factors.ts';
import { type JudgedSeries, SeriesWriter } from './series-writer.ts';

export interface Wanted {
  readonly symbol: string;
  readonly range?: DateRange;
  /** What the closing quote of a day says its prices count from, where there is one. */
  readonly quoted?: { readonly day: string; readonly previousClose: number } | undefined;
  /** Rows of the range that are known already: the source is asked for corporate actions only. */
  readonly rows?: Fetched<readonly SourceRow[]> | undefined;
}

/** @param previous the last stored bar before the rows */
function shownBy(
  { quoted }: Wanted,
  bars: readonly Bar[],
  previous: Pick<Bar, 'date' | 'close'> | undefined,
): ShownByQuote | undefined {
  if (quoted === undefined) return undefined;
  const { day, previousClose } = quoted;
  const before = bars.findLast(({ date }) => date < day) ?? previous;
  if (before === undefined) return undefined;
  return { after: before.date, day, reference: before.close === previousClose ? undefined : previousClose };
}

async function judgeAnswer(
  run: Run,
  wanted: Wanted,
  { stored, halts }: Pick<CheckFacts, 'stored' | 'halts'>,
  { origin, value }: Answered<readonly SourceRow[]>['answer'],
): Promise<JudgedSeries> {
  const { symbol, range: { from } = {} } = wanted;
  const key = { source: run.provider.source, symbol };
  const previous = from === undefined ? undefined : await lastBarBefore(run.database, key, from);
  const bars = value
    .flatMap(({ bar }) => bar ?? [])
    .toSorted((one, other) => (one.date < other.date ? -1 : 1));
  const shown = shownBy(wanted, bars, previous);
  const actions = await readActions(run, { symbol, stored, shown, bars, from });
  const context = checkContextOf(run, { symbol, stored, halts, actions, from, previous });
  return { symbol, origin, rows: judgeDaily({ symbol, origin }, value, context), from, actions, shown };
}

/**
 * Reads daily rows and actions of these symbols, judges and writes them.
 * @throws RunPaused, AbortError; the database's own errors
 */
export async function loadSeries(run: Run, wanted: readonly Wanted[]): Promise<void> {
  const { database, provider, signal } = run;
  const bySymbol = new Map(wanted.map((one) => [one.symbol, one]));
  const symbols = [...bySymbol.keys()];
  const stored = new Map(
    (await storedSymbols(database, provider.source, symbols)).map((one) => [one.symbol, one]),
  );
  const listed = await listedHalts(database, run, symbols);
  const writer = new SeriesWriter(run);
  try {
    const answers = readSymbols(run, symbols, (symbol) => {
      const { range = {}, rows } = bySymbol.get(symbol) ?? {};
      if (rows !== undefined) return Promise.resolve(rows);
      return fromSource(`the daily rows of ${symbol}`, provider.dailyRows(symbol, range, signal));
    });
    for await (const { symbol, answer } of answers) {
      const one = bySymbol.get(symbol) ?? { symbol };
      const known = { stored: stored.get(symbol), halts: listed?.(symbol) };
      await writer.add(await judgeAnswer(run, one, known, answer));
    }
    await writer.end();
  } catch (error) {
    // What was read before a pause is stored; after anything else the transaction on its way still ends.
    if (error instanceof RunPaused) await writer.end();
    else await writer.settle();
    throw error;
  }
}
