import type { Database } from '../../database/sql.ts';
import type { Fetched, MarketDataProvider, Offer } from '../provider.ts';
import { SourceError } from '../source-error.ts';
import {
  type DetailKey,
  markDetailsAsked,
  storeFundamentals,
  storeNews,
  storeValuations,
} from '../store/details.ts';
import { isRefusedData } from '../store/refused-data.ts';
import { recordOutcome } from '../store/progress.ts';
import { storedSymbols, storeProfile } from '../store/symbols.ts';
import { fromSource } from './failure.ts';
import { readSymbols } from './reading.ts';
import type { Run } from './run.ts';

/** One thing that can be known of a symbol. @returns the answer, stored already */
interface Part {
  readonly offer: Offer;
  readonly what: string;
  read(run: Run, symbol: string): Promise<Fetched<unknown>>;
}

function part<Value>(
  offer: Offer,
  what: string,
  ask: (provider: MarketDataProvider, symbol: string, signal: AbortSignal) => Promise<Fetched<Value>>,
  store: (database: Database, key: DetailKey, value: Value) => Promise<void>,
): Part {
  return {
    offer,
    what,
    async read({ provider, database, signal }, symbol) {
      const answer = await fromSource(`${what} of ${symbol}`, ask(provider, symbol, signal));
      const { origin, fetchedAt } = answer;
      const key = { source: provider.source, symbol, origin, fetchedAt };
      if (answer.outcome === 'data')
        await storing(`${what} of ${symbol}`, store(database, key, answer.value));
      return answer;
    },
  };
}

/** @throws SourceError for what no table can hold: an odd answer about one company, which must not stop all after it */
async function storing(what: string, writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (!isRefusedData(error)) throw error;
    throw new SourceError(what, { failure: 'contract', violation: 'out_of_range', cause: error });
  }
}

const PARTS: readonly Part[] = [
  part(
    'profile',
    'the profile',
    (provider, symbol, signal) => provider.profile(symbol, signal),
    (database, { source, symbol }, profile) => storeProfile(database, source, symbol, profile),
  ),
  part('valuations', 'the valuations', (provider, ...rest) => provider.valuations(...rest), storeValuations),
  part(
    'fundamentals',
    'the reports',
    (provider, ...rest) => provider.fundamentals(...rest),
    storeFundamentals,
  ),
  part('news', 'the news', (provider, ...rest) => provider.news(...rest), storeNews),
];

/** Nothing was sent, so the symbol has to be asked about again. */
const isOver = ({ failure }: SourceError): boolean => failure === 'over_budget' || failure === 'resting';

interface Collected {
  readonly stored: readonly string[];
  readonly missing: readonly string[];
}

/**
 * All parts of one symbol that the source offers.
 * @throws SourceError when none of them could be read, or the source must not be asked any more
 */
async function readParts(run: Run, symbol: string): Promise<Fetched<Collected>> {
  const [stored, missing, failures]: [string[], string[], SourceError[]] = [[], [], []];
  let last: Fetched<unknown> | undefined;
  for (const one of PARTS.filter(({ offer }) => run.provider.offers.has(offer))) {
    try {
      const answer = await one.read(run, symbol);
      last = answer;
      if (answer.outcome === 'data') stored.push(one.what);
      else missing.push(`${one.what}: ${answer.reason}`);
    } catch (error) {
      if (!(error instanceof SourceError) || isOver(error) || run.signal.aborted) throw error;
      run.logFailure(error);
      failures.push(error);
      missing.push(error.message);
    }
  }
  if (last === undefined)
    throw failures[0] ?? new SourceError(`details of ${symbol}`, { failure: 'not_offered' });
  const { origin, operation, fetchedAt } = last;
  return { origin, operation, fetchedAt, outcome: 'data', value: { stored, missing } };
}

/** @throws as {@link readParts}; the symbol counts as asked unless it has to be asked about again */
async function askAbout(run: Run, symbol: string): Promise<Fetched<Collected>> {
  const { database, provider } = run;
  const asked = (): Promise<void> =>
    markDetailsAsked(database, { source: provider.source, symbol }, run.now());
  try {
    const answer = await readParts(run, symbol);
    await asked();
    return answer;
  } catch (error) {
    if (error instanceof SourceError && !isOver(error)) await asked();
    throw error;
  }
}

/**
 * Profile, valuations, reports and news of the given symbols.
 * @throws RunPaused, AbortError; the database's own errors
 */
export async function loadDetails(run: Run): Promise<void> {
  const { database, provider, symbols } = run;
  const wanted =
    symbols ?? (await storedSymbols(database, provider.source, undefined)).map((one) => one.symbol);
  const answers = readSymbols(run, wanted, (symbol) => askAbout(run, symbol));
  for await (const { symbol, answer } of answers) {
    const { stored, missing } = answer.value;
    await recordOutcome(database, run.runId, {
      symbol,
      outcome: stored.length > 0 ? 'data' : 'empty',
      origin: answer.origin,
      detail: missing.length > 0 ? missing.join('; ') : undefined,
    });
  }
}
