/**
 * Hears of a statement that has ended, in the context of whoever sent it. Must not throw, and not keep anybody waiting.
 * @param text as it was sent, without its parameters
 */
export type QueryListener = (text: string, milliseconds: number, error?: unknown) => void;

/**
 * Tells how long each statement took, of all pools of the process. It has no decorator, because programs that Node runs
 * as source read this file, and Node takes types out and nothing else.
 */
export class QueryTimes {
  readonly #listeners = new Set<QueryListener>();

  listen(listener: QueryListener): void {
    this.#listeners.add(listener);
  }

  readonly tell: QueryListener = (text, milliseconds, error) => {
    for (const listener of this.#listeners) listener(text, milliseconds, error);
  };
}
