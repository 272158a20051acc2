/** Source of the current time, injected so that tests decide what time it is. */
export interface Clock {
  now(): Date;
}

export const CLOCK = Symbol('Clock');

export const systemClock: Clock = { now: () => new Date() };

/**
 * How long something takes or is ago, within one process: nobody sets it, while a {@link Clock} may go back by hours when
 * the machine learns what time it is.
 */
export interface Stopwatch {
  /** Milliseconds since some moment; never less than before. */
  ms(): number;
}

export const STOPWATCH = Symbol('Stopwatch');

export const systemStopwatch: Stopwatch = { ms: () => performance.now() };
