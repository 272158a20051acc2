import type { Database } from '../../database/sql.ts';
import type { MarketDataProvider, Offer } from '../provider.ts';
import type { SourceError } from '../source-error.ts';
import type { MarketCalendars } from '../market-calendars.ts';

export const INGESTION_KINDS = ['history', 'refresh', 'snapshot', 'minutes', 'details'] as const;
export type IngestionKind = (typeof INGESTION_KINDS)[number];

/** One of them a source must offer for a load of the kind to find anything; other kinds need nothing but daily rows. */
const NEEDS: Partial<Record<IngestionKind, readonly Offer[]>> = {
  snapshot: ['snapshot'],
  minutes: ['minutes'],
  details: ['profile', 'valuations', 'fundamentals', 'news'],
};

export function isOffered(kind: IngestionKind, offers: ReadonlySet<Offer>): boolean {
  return NEEDS[kind]?.some((offer) => offers.has(offer)) ?? true;
}

/** Rows of one symbol written in one transaction, reported after it is committed. */
export interface ChunkReport {
  readonly symbol: string;
  readonly rows: number;
  readonly rejected: number;
  readonly held: number;
  readonly flagged: number;
}

/** One attempt at a run: what it works on, and what it tells while it works. */
export interface Run {
  readonly database: Database;
  readonly provider: MarketDataProvider;
  readonly runId: string;
  /** Symbols to load; undefined: all that the source has. */
  readonly symbols: readonly string[] | undefined;
  /** Symbols that the configuration names; undefined: it names none, which means all. */
  readonly configured: readonly string[] | undefined;
  readonly calendars: MarketCalendars;
  readonly now: () => Date;
  /** Fires when the worker stops or the job is taken away. */
  readonly signal: AbortSignal;
  /** After this instant others in the queue get their turn. */
  readonly turnEnds: Date;
  /** Rows of one transaction. */
  readonly chunkRows: number;
  readonly onChunk: (report: ChunkReport) => void | Promise<void>;
  /** Kept with the run and shown to readers of the API. */
  readonly warn: (text: string) => void;
  /** For the log only: what the network or the file system said. */
  readonly logFailure: (error: unknown) => void;
}

/** Why a run stops before its end and goes on later. */
export type Pause =
  /** Others wait. */
  | 'turn'
  /** The own budget of calls is used up. */
  | 'budget'
  /** The source rests after failures, or refuses everything. */
  | 'resting';

/** Not a failure: the attempt ends, and what is stored stays. */
export class RunPaused extends Error {
  override readonly name = 'RunPaused';
  readonly pause: Pause;
  /** When going on can help; undefined: nobody knows. */
  readonly retryAt: Date | undefined;

  constructor(pause: Pause, cause?: SourceError) {
    super(`paused: ${pause}`, { cause });
    this.pause = pause;
    this.retryAt = cause?.retryAt;
  }
}
