/**
 * Stands where the Service of the database stands in a cluster: one address for as long as a plan lasts, behind which
 * PostgreSQL comes and goes. TLS passes through, so the client still proves the server's certificate.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { close, listen } from './listen.ts';

export class DatabaseGate {
  /** `127.0.0.1:PORT`. */
  address = '';
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target: number | undefined;
  #refused = 0;

  private constructor() {
    this.#server = createServer((client) => this.#connect(client));
  }

  static async open(): Promise<DatabaseGate> {
    const gate = new DatabaseGate();
    gate.address = `127.0.0.1:${await listen(gate.#server)}`;
    return gate;
  }

  /** Port of the PostgreSQL behind the gate; undefined resets every connection, as a Service without endpoints does. */
  set target(port: number | undefined) {
    this.#target = port;
    if (port === undefined) this.#cut();
  }

  /** Resets that many of the next connections, as a network that loses packets does. */
  refuseNext(count: number): void {
    this.#refused = count;
  }

  async close(): Promise<void> {
    this.#cut();
    await close(this.#server);
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(client: Socket): void {
    this.#track(client);
    this.#refused -= 1;
    if (this.#target === undefined || this.#refused >= 0) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(this.#target, '127.0.0.1');
    this.#track(upstream);
    client.pipe(upstream).pipe(client);
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
