/** Works until the signal aborts. A rejection, or an end before that, ends the process. */
export interface Runnable {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/** Parts that are started and stopped together. */
export class Group {
  readonly #abort = new AbortController();
  readonly #runs: Promise<void>[] = [];
  readonly #fail: (error: Error) => void;

  constructor(fail: (error: Error) => void) {
    this.#fail = fail;
  }

  start(part: Runnable): void {
    this.#runs.push(this.#watch(part));
  }

  /** Says stop and waits for nothing. */
  abandon(): void {
    this.#abort.abort();
  }

  /** Says stop; resolves when everything has ended. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#runs);
  }

  async #watch(part: Runnable): Promise<void> {
    const { signal } = this.#abort;
    let failure = new Error(`${part.name} ended by itself`);
    try {
      await part.run(signal);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(`${part.name} failed: ${String(error)}`);
    }
    if (!signal.aborted) this.#fail(failure);
  }
}
