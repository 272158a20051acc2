import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  SMTPServer,
  type SMTPServerDataStream,
  type SMTPServerOptions,
  type SMTPServerSession,
} from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly isEncrypted: boolean;
  readonly user: string | undefined;
  /** As it came over the wire. */
  readonly raw: string;
}

export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** An answer of an SMTP server that refuses something. */
export function refusal(code: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode: code });
}

/** A real SMTP server on this machine that keeps the mails it takes. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  connections = 0;
  readonly #server: SMTPServer;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  constructor(options: SMTPServerOptions = {}) {
    this.#server = new SMTPServer({
      name: 'mail.tests',
      disableReverseLookup: true,
      authOptional: true,
      closeTimeout: 100,
      onData: (stream, session, done) => {
        void this.#keep(stream, session, done);
      },
      ...options,
    });
    this.#server.server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
    });
    // A client that breaks off is what some tests are about.
    this.#server.on('error', () => undefined);
  }

  get port(): number {
    return this.#port;
  }

  async start(host = '127.0.0.1'): Promise<this> {
    this.#server.listen(0, host);
    await once(this.#server.server, 'listening');
    this.#port = portOf(this.#server.server);
    return this;
  }

  /** Ends all connections as a machine does that loses its power: no answer, no goodbye. */
  breakConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  stop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    return promise;
  }

  async #keep(
    stream: SMTPServerDataStream,
    { envelope, secure, user }: SMTPServerSession,
    done: () => void,
  ): Promise<void> {
    const raw = await text(stream);
    const { mailFrom, rcptTo } = envelope;
    this.mails.push({
      from: mailFrom === false ? '' : mailFrom.address,
      to: rcptTo.map(({ address }) => address),
      isEncrypted: secure,
      user: typeof user === 'string' ? user : undefined,
      raw,
    });
    done();
  }
}
