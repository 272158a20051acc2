import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';

/** A way to a PostgreSQL on which it can be made to stand still. */
export interface DatabaseGate {
  /** The URL of the database behind it, by way of the gate. */
  readonly url: string;
  /**
   * From now on nothing comes through in either direction, while connections stay and new ones are taken: on the wire, a
   * PostgreSQL that was stopped with SIGSTOP.
   */
  freeze(): void;
  /** What was held back goes on its way. */
  thaw(): void;
  /**
   * What is connected stays silent for good, and nobody is told that it is broken off: a machine that lost its power.
   * New connections go through, as to the one that took its place.
   */
  lose(): void;
  close(): Promise<void>;
}

export async function openGate(url: string): Promise<DatabaseGate> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const lost = new Set<Socket>();
  let frozen = false;
  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port) });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => to.write(chunk));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (frozen) from.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const through = new URL(url);
  through.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: through.href,
    freeze: () => {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw: () => {
      frozen = false;
      for (const socket of sockets) if (!lost.has(socket)) socket.resume();
    },
    lose: () => {
      for (const socket of sockets) lost.add(socket.pause());
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
