type Listener = (line: string) => void;

/** How pino begins a line of these levels, as `lineOptions` has it write them. */
const BEGINNINGS = ['{"level":"error"', '{"level":"fatal"'] as const;

/**
 * The lines of the log that tell of an error, for those who count them. All of them pass here, whoever logs, after what
 * is secret was hidden: what is kept of them is what was written anyway, and no more.
 */
class ErrorLines {
  readonly #listeners = new Set<Listener>();

  /** @param listener gets the line of JSON; whatever it throws is lost, for a log must not fail */
  listen(listener: Listener): void {
    this.#listeners.add(listener);
  }

  unlisten(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  /** For the log: the line as it came. */
  readonly passing = (line: string): string => {
    if (this.#listeners.size > 0 && BEGINNINGS.some((beginning) => line.startsWith(beginning)))
      for (const listener of this.#listeners) this.#tell(listener, line);
    return line;
  };

  #tell(listener: Listener, line: string): void {
    try {
      listener(line);
    } catch {
      // Logging it would come here again.
    }
  }
}

/** Those of this process. */
export const errorLines = new ErrorLines();
