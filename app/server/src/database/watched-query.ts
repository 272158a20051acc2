import type { Client } from 'pg';

/** To be called when the statement has ended. */
type Ended = (error?: unknown) => void;

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

/**
 * `query` of a client that tells of each statement when it begins and when it has ended. Node-postgres tells of an end in
 * three ways: by a callback, a promise, or the end of a stream.
 * @param begun is given the text without its parameters, and must not throw
 */
export function watched(query: Query, begun: (text: string) => Ended): Query {
  return new Proxy(query, {
    apply(target, client: unknown, given: unknown[]) {
      const ended = begun(textOf(given[0]));
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
