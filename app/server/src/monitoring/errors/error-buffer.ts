import type { LoggedError } from './logged-error.ts';

/** Different errors between two writings; a process with more of them has one trouble, and it is among these. */
export const MOST_DIFFERENT = 200;
export const MOST_SAMPLES = 5;
const HOUR_MS = 3_600_000;

export interface ErrorSample extends Pick<LoggedError, 'requestId' | 'traceId' | 'userId' | 'runId'> {
  readonly at: Date;
  readonly process: string;
}

/** All of one fingerprint since the last writing. */
export interface CountedError {
  readonly newest: LoggedError;
  readonly firstSeenAt: Date;
  readonly count: number;
  /** Newest first, at most 5. */
  readonly samples: readonly ErrorSample[];
  /** How many by the hour that they are of, in milliseconds since 1970. */
  readonly hours: ReadonlyMap<number, number>;
}

/** Errors in memory until they are written down: few, whatever happens and however long the database is away. */
export class ErrorBuffer {
  #errors = new Map<string, CountedError>();

  constructor(private readonly process: string) {}

  get size(): number {
    return this.#errors.size;
  }

  /** @returns whether there was room for it */
  add(error: LoggedError): boolean {
    const { at, requestId, traceId, userId, runId } = error;
    const sample = { at, requestId, traceId, userId, runId, process: this.process };
    const hour = Math.floor(at.getTime() / HOUR_MS) * HOUR_MS;
    return this.#put({
      newest: error,
      firstSeenAt: at,
      count: 1,
      samples: [sample],
      hours: new Map([[hour, 1]]),
    });
  }

  /** Empties it. */
  take(): CountedError[] {
    const taken = [...this.#errors.values()];
    this.#errors = new Map();
    return taken;
  }

  /**
   * What was taken and could not be written comes back, before what came since.
   * @returns those for which there is no room any more
   */
  putBack(taken: readonly CountedError[]): CountedError[] {
    const since = this.take();
    return [...taken, ...since].filter((error) => !this.#put(error));
  }

  #put(error: CountedError): boolean {
    const { fingerprint } = error.newest;
    const known = this.#errors.get(fingerprint);
    if (known === undefined && this.#errors.size >= MOST_DIFFERENT) return false;
    this.#errors.set(fingerprint, known === undefined ? error : together(known, error));
    return true;
  }
}

function together(before: CountedError, after: CountedError): CountedError {
  const hours = new Map(before.hours);
  for (const [hour, count] of after.hours) hours.set(hour, (hours.get(hour) ?? 0) + count);
  return {
    newest: after.newest,
    firstSeenAt: before.firstSeenAt,
    count: before.count + after.count,
    samples: [...after.samples, ...before.samples].slice(0, MOST_SAMPLES),
    hours,
  };
}
