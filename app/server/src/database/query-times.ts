import { Client } from 'pg';

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

/** The text of what is given to `query`: itself, `{text}`, or a stream of COPY, which has one, too. */
function textOf(given: unknown): string {
  if (typeof given === 'string') return given;
  const isNamed = typeof given === 'object' && given !== null && 'text' in given;
  return isNamed && typeof given.text === 'string' ? given.text : '';
}

interface Ending {
  once(event: 'close', listener: () => void): unknown;
}

const isStream = (value: unknown): value is Ending =>
  typeof value === 'object' && value !== null && 'once' in value && typeof value.once === 'function';

type Query = Client['query'];

/** Node-postgres tells in three ways that a statement has ended: by a callback, a promise, or the end of a stream. */
function timed(query: Query, tell: QueryListener): Query {
  return new Proxy(query, {
    apply(target, client: unknown, given: unknown[]) {
      const started = performance.now();
      const ended = (error?: unknown): void => tell(textOf(given[0]), performance.now() - started, error);
      const callback = given.findIndex((one) => typeof one === 'function');
      const answer: unknown = given[callback];
      if (typeof answer === 'function') {
        const told = (error: unknown, ...rest: unknown[]): void => {
          ended(error ?? undefined);
          Reflect.apply(answer, undefined, [error, ...rest]);
        };
        return Reflect.apply(target, client, given.with(callback, told));
      }
      const result: unknown = Reflect.apply(target, client, given);
      if (result instanceof Promise) result.then(() => ended(), ended);
      else if (isStream(result)) result.once('close', () => ended());
      return result;
    },
  });
}

/** A client for `Client` of a pool's options, whoever made the pool. */
export function timedClient(
  times: QueryTimes,
): new (...given: ConstructorParameters<typeof Client>) => Client {
  return class TimedClient extends Client {
    constructor(...given: ConstructorParameters<typeof Client>) {
      super(...given);
      // oxlint-disable-next-line typescript/unbound-method -- it is called with the client that it is put back on
      this.query = timed(this.query, times.tell);
    }
  };
}
