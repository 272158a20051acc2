interface Flight<Result> {
  readonly result: Promise<Result>;
  readonly stop: AbortController;
  passengers: number;
}

/** Waits for a promise no longer than a signal allows; what the promise stands for goes on. */
async function until<Result>(result: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([result, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The same question asked several times at once is asked once; it is given up when nobody waits for it any more. */
export class SingleFlight<Result> {
  readonly #flights = new Map<string, Flight<Result>>();

  async join(
    key: string,
    start: (signal: AbortSignal) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    signal.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#begin(key, start);
    flight.passengers += 1;
    try {
      return await until(flight.result, signal);
    } finally {
      flight.passengers -= 1;
      if (flight.passengers === 0) {
        flight.stop.abort(new Error('nobody waits for the answer any more'));
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      }
    }
  }

  #begin(key: string, start: (signal: AbortSignal) => Promise<Result>): Flight<Result> {
    const stop = new AbortController();
    const flight = { result: start(stop.signal), stop, passengers: 0 };
    this.#flights.set(key, flight);
    const land = (): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    // Passengers hear of a failure themselves; without any it concerns nobody.
    void flight.result.then(land, land);
    return flight;
  }
}
