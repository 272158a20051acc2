import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Network } from '../network.ts';

/** Addresses that a name has at its first, second … resolution; the last stays. */
type Answers = readonly (readonly string[])[];

/**
 * The Internet of a test: names with public addresses, all of which are this machine. What is resolved and what is
 * connected to is kept, so that a test can say that nothing else was.
 */
export class Outside implements Network {
  readonly names = new Map<string, Answers>();
  readonly resolved: string[] = [];
  readonly reached: string[] = [];
  /** Requests that arrived, of all servers. */
  readonly seen: IncomingMessage[] = [];
  readonly #servers: Server[] = [];

  resolve(name: string): Promise<readonly string[]> {
    const answers = this.names.get(name);
    const before = this.resolved.filter((one) => one === name).length;
    this.resolved.push(name);
    const addresses = answers?.[Math.min(before, answers.length - 1)];
    return addresses === undefined
      ? Promise.reject(new Error(`queryA ENOTFOUND ${name}`))
      : Promise.resolve(addresses);
  }

  reach(address: string): string {
    this.reached.push(address);
    return '127.0.0.1';
  }

  /** Starts a server; answers its port. */
  async serve(listener: RequestListener, tls?: { key: string; cert: string }): Promise<number> {
    const counting: RequestListener = (request, response) => {
      this.seen.push(request);
      listener(request, response);
    };
    const server = tls === undefined ? createServer(counting) : createSecureServer(tls, counting);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#servers.push(server);
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    for (const server of this.#servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }
}
