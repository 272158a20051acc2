/** How long a worker waits while the database is silent, in milliseconds. */
export interface Patience {
  /** Between two looks at the database, from memory. */
  readonly lookMs: number;
  /** Between two questions to the same worker. */
  readonly askMs: number;
  /** For an answer. */
  readonly answerMs: number;
  /** Another one may not have seen yet what this one sees; after this time it has. */
  readonly seenMs: number;
  /** Nobody before this worker in the line has answered for so long: they are gone. */
  readonly unansweredMs: number;
  /** Nobody is known to tell of what is the case for so long, whoever is there. */
  readonly aloneMs: number;
}

export const USUAL_PATIENCE: Patience = {
  lookMs: 5_000,
  askMs: 10_000,
  answerMs: 2_000,
  seenMs: 5_000,
  unansweredMs: 30_000,
  aloneMs: 120_000,
};

/** A test has less of it. */
export const PATIENCE = Symbol('Patience');
