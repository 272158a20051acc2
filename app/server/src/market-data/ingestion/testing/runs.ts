import type { Database } from '../../../database/sql.ts';
import type { MarketDataProvider } from '../../provider.ts';
import { executeRun, type RunExecution, type RunOutcome } from '../execute-run.ts';
import type { IngestionKind } from '../run.ts';

let keys = 0;

export interface OrderedRun {
  readonly kind?: IngestionKind;
  readonly source?: string;
  readonly symbols?: readonly string[];
}

/** A run as a client orders it, without a job. */
export async function createRun(database: Database, order: OrderedRun = {}): Promise<string> {
  const { kind = 'history', source = 'sample', symbols } = order;
  keys += 1;
  const rows = await database.query<{ id: string }>(
    `INSERT INTO app.ingestion_runs (key, source, kind, trigger, symbols) VALUES ($1, $2, $3, 'request', $4) RETURNING id`,
    [`test ${keys}`, source, kind, symbols ?? null],
  );
  return rows[0]?.id ?? '';
}

type Options = Partial<Omit<RunExecution, 'database' | 'provider' | 'runId'>>;

/** One attempt at a run, as a worker makes it. */
export function attempt(
  database: Database,
  provider: MarketDataProvider,
  runId: string,
  options: Options = {},
): Promise<RunOutcome> {
  const defaults = { isLastAttempt: true, signal: new AbortController().signal, logFailure: () => undefined };
  return executeRun({ ...defaults, ...options, database, provider, runId });
}

/** Orders a run and does it to its end. @returns its id */
export async function loadAll(
  database: Database,
  provider: MarketDataProvider,
  order: OrderedRun = {},
  options: Options = {},
): Promise<string> {
  const runId = await createRun(database, { source: provider.source, ...order });
  const result = await attempt(database, provider, runId, options);
  if (result.outcome !== 'completed') throw new Error(`the run is ${result.outcome}`);
  return runId;
}

/** The same source with single methods or properties replaced. */
export const replacing = (
  sound: MarketDataProvider,
  replaced: Partial<MarketDataProvider>,
): MarketDataProvider =>
  new Proxy(sound, {
    get: (target, key) => {
      const value: unknown = Reflect.get({ ...replaced }, key) ?? Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
