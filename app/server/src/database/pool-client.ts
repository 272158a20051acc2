import type { Duplex } from 'node:stream';
import { Client } from 'pg';
import type { QueryTimes } from './query-times.ts';
import { watched } from './watched-query.ts';

/** A socket, plain or with TLS. */
type Socket = Duplex & { setTimeout(ms: number): unknown };

const isSocket = (stream: Duplex): stream is Socket => 'setTimeout' in stream;

/**
 * The end of a session may come in one piece with the answer to its log-in: before whoever asked the pool for it can
 * listen, and an error that nobody listens to ends the process. Whoever uses the client then is told by its statement.
 */
const ignored = (): void => undefined;

type ClientClass = new (...given: ConstructorParameters<typeof Client>) => Client;

/**
 * A client for `Client` of a pool's options, whoever made the pool. Where a machine is gone without a word, TCP gives its
 * connections up after a quarter of an hour, and whoever waits for an answer waits as long: this one breaks the connection
 * off, so that the statement fails and the pool takes another one. What comes or goes is a sign of life, as the rows of a
 * COPY, and a connection without a statement, as one that listens, may be silent for ever.
 * @param silentMs how long nothing may come or go while a statement runs: more than the server lets any of them take
 */
export function poolClient(silentMs: number, times: QueryTimes | undefined): ClientClass {
  return class PoolClient extends Client {
    #running = 0;
    #socket: Socket | undefined;

    constructor(...given: ConstructorParameters<typeof Client>) {
      super(...given);
      this.on('error', ignored);
      // oxlint-disable-next-line typescript/unbound-method -- it is called with the client that it is put back on
      this.query = watched(this.query, (text) => {
        const started = performance.now();
        this.#expect(1);
        return (error) => {
          this.#expect(-1);
          times?.tell(text, performance.now() - started, error);
        };
      });
    }

    #expect(change: number): void {
      this.#running += change;
      this.#current()?.setTimeout(this.#running > 0 ? silentMs : 0);
    }

    /** With TLS it is another one than before. */
    #current(): Socket | undefined {
      const { stream } = this.connection;
      if (stream === this.#socket || !isSocket(stream)) return this.#socket;
      stream.on('timeout', () => {
        const seconds = silentMs / 1000;
        stream.destroy(
          new Error(`the database has been silent for ${seconds} s; the connection was given up`),
        );
      });
      this.#socket = stream;
      return stream;
    }
  };
}
